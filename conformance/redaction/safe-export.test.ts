import { beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../sdk/capsule.js";
import { readManifest } from "../../sdk/export/manifest.js";
import { CAPSULE_PATH, memoryMachine, repeatable } from "../../sdk/testing/fixtures.js";
import type { Planted } from "./corpus/index.js";
import { frameCounts, revealedTexts } from "./revealed.js";
import { makeSecretWorkspace, RUN, workspacePlants } from "./secret-workspace.js";

/** Characters in a row that count as a part of a secret. */
const PART = 8;

function parts(text: string): Set<string> {
  const found = new Set<string>();
  const lower = text.toLowerCase();
  for (let at = 0; at + PART <= lower.length; at++) found.add(lower.slice(at, at + PART));
  return found;
}

/** The plants of which something can be read in a file: eight characters in a row, whatever their case, or all of a shorter one. */
function survivors(file: Uint8Array): Planted[] {
  const text = revealedTexts(file).join("\n");
  const readable = parts(text);
  // Words around one secret may be part of another's carrier; the manifest says whether it is encrypted, and so does a key's armour.
  const around = parts([...workspacePlants.map((plant) => plant.around), '"encrypted"'].join("\n"));
  return workspacePlants.filter(({ trace, around: own }) => {
    if (trace.length < PART) return text.includes(trace) && !own.includes(trace);
    return [...parts(trace)].some((part) => readable.has(part) && !around.has(part));
  });
}

describe("a safe export of a run full of secrets", () => {
  const runtime = memoryMachine();
  let safe: Uint8Array;
  let unsafe: Uint8Array;

  beforeAll(async () => {
    await makeSecretWorkspace(runtime);
    const capsule = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
    const golden = [{ query: `who is ${workspacePlants.find(({ className }) => className === "email")?.trace}` }];
    const options = { ...RUN, encrypt: false, golden };
    await capsule.export({ ...options, out: "/safe.mv2" });
    await capsule.export({ ...options, out: "/unsafe.mv2", safe: false });
    await capsule.close();
    safe = runtime.files.readFile("/safe.mv2");
    unsafe = runtime.files.readFile("/unsafe.mv2");
  }, 120_000);

  it("holds nothing of any of them: in no byte, decoded frame, dictionary, revision, label or term", () => {
    expect(survivors(safe).map(({ className, carrier, trace }) => `${className} in ${carrier}: ${trace}`)).toEqual([]);
  });

  it("is searched as the unsafe one is, in which they are found", () => {
    expect(survivors(unsafe).length).toBe(workspacePlants.length);
    const { dictionary, extent, pack } = frameCounts(unsafe);
    expect(Math.min(dictionary, extent, pack)).toBeGreaterThan(0);
  });

  it("leaves out what models were told and answered, and the hashes of it", () => {
    const text = revealedTexts(safe).join("\n");
    for (const gone of ["raw prompt", "raw response", "hash-of-"]) expect(text).not.toContain(gone);
    const raw = revealedTexts(unsafe).join("\n");
    for (const there of ["raw prompt", "raw response", "hash-of-"]) expect(raw).toContain(there);
  });

  it("is sound, says that it is safe, lists what it leaves out, and has a receipt for each mask", async () => {
    const exported = await Capsule.open("/safe.mv2", { runtime });
    const { safe: isSafe, omissions, redactions_uri: uri } = await readManifest(exported);
    expect(isSafe).toBe(true);
    expect(omissions.map(({ uri: omitted }) => omitted)).toContain("mv2://default/SPEC-1/leaky/artifact/picture.png");
    const receipts = ((await exported.get(uri as string, { as: "text" })) as string)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const fields = new Set(receipts.map(({ field }) => field.replace(/\/.*/, "")));
    expect([...fields].sort()).toEqual(["a golden query", "attributes", "content", "payload", "title"]);
    expect(receipts.every(({ rule, count, uri: at }) => rule !== "" && count > 0 && typeof at === "string")).toBe(true);
    await exported.close();
  });
});
