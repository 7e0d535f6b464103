import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { setPolicy } from "../objects.js";
import type { WriterOptions } from "../options.js";
import { CAPSULE_PATH, collect, errorOf, memoryMachine, repeatable } from "../testing/fixtures.js";
import { checkGolden } from "./golden.js";
import { readManifest } from "./manifest.js";
import type { ExportOptions } from "./options.js";

const mail = "maria.keller@firma.io";
const OUT = "/safe.mv2";
const EVENT = "mv2://default/SPEC-1/abc/event/";
const ARTIFACT = "mv2://default/SPEC-1/abc/artifact/";
const plainHash = { prompt_hash: "h1", response_hash: "h2" };
const call = { call_id: "m", model: "m", routing_mode: "cloud", success: true };
const long = "a prompt that is long enough that nobody can try all that it might have been, and harmless";

interface Exported {
  readonly capsule: Capsule;
  readonly result: Awaited<ReturnType<Capsule["export"]>>;
  readonly receipts: readonly JsonObject[];
}

/** Exports what `fill` puts into a run, and opens the export on the run's branch. */
async function exportOf(
  fill: (run: Capsule) => Promise<unknown>,
  options: Partial<ExportOptions> = {},
  writerOptions: WriterOptions = {},
): Promise<Exported> {
  const runtime = memoryMachine();
  const injected = { ...repeatable(runtime), captureMode: "full_io" as const, ...writerOptions };
  const run = await Capsule.create(CAPSULE_PATH, { ...injected, specId: "SPEC-1", runId: "abc" });
  try {
    await fill(run);
    const result = await run.export({ runId: "abc", out: OUT, encrypt: false, ...options });
    const capsule = await Capsule.open(OUT, { runtime, branch: "run/abc" });
    const { redactions_uri: uri } = await readManifest(capsule);
    const lines = (await (await capsule.snapshot({ branch: "main" })).get(uri as string, { as: "text" })) as string;
    const receipts = lines
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JsonObject);
    return { capsule, result, receipts };
  } finally {
    await run.close();
  }
}

const payloads = async (capsule: Capsule) => (await collect(capsule.events())).map(({ payload }) => payload);

describe("a safe export", () => {
  it("is the default, masks titles, tags, attributes and text, and finds what it shows alone", async () => {
    const { capsule, result, receipts } = await exportOf((run) =>
      run.put({ path: "a.md" }, `ask ${mail}`, { title: `By ${mail}`, tags: [mail], attributes: { owner: mail } }),
    );
    const uri = `${ARTIFACT}a.md`;
    expect(await capsule.get(uri, { as: "text" })).toBe("ask [masked:email]");
    expect(await capsule.resolve(uri)).toMatchObject({
      title: "By [masked:email]",
      tags: ["[masked:email]"],
      attributes: { owner: "[masked:email]" },
    });
    expect((await capsule.search("maria keller firma")).hits).toEqual([]);
    expect((await capsule.search("masked email")).hits.length).toBe(1);
    expect(result.redactions).toEqual({ masked: 4, rules: { email: 4 }, kept_in_uris: 0 });
    expect(receipts).toEqual([
      { uri, field: "content", rule: "email", count: 1 },
      { uri, field: "attributes/attributes/owner", rule: "email", count: 1 },
      { uri, field: "attributes/tags/0", rule: "email", count: 1 },
      { uri, field: "title", rule: "email", count: 1 },
    ]);
  });

  it("leaves out what isn't text, and lists it", async () => {
    const { capsule, result } = await exportOf(async (run) => {
      await run.put({ path: "a.png" }, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1));
      await run.put({ path: "b.md" }, "text");
    });
    expect(result.omissions).toEqual([
      { uri: `${ARTIFACT}a.png`, reason: "its content isn't text: it can't be looked through for secrets" },
    ]);
    expect(await capsule.resolve(`${ARTIFACT}a.png`)).toBeNull();
    expect((await readManifest(capsule)).omissions).toEqual(result.omissions);
  });

  it("ends with an error that tells record, place and rule, not the secret, where a URI holds one", async () => {
    const fill = (run: Capsule) => run.put({ path: `${mail}.md` }, "x");
    const error = await errorOf(exportOf(fill));
    expect(error).toMatchObject({ code: "SecretInName", details: { recordNumber: 1, field: "uri", rules: ["email"] } });
    expect(error.message).toContain("record 1, uri: email");
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain("keller");
    const { capsule, result, receipts } = await exportOf(fill, { allowUri: true });
    expect(await capsule.get(`${ARTIFACT}${mail}.md`, { as: "text" })).toBe("x");
    expect(result.redactions).toEqual({ masked: 0, rules: {}, kept_in_uris: 1 });
    expect(receipts).toEqual([{ uri: `${ARTIFACT}${mail}.md`, field: "uri", rule: "email", count: 1, kept: true }]);
  });

  it("refuses secrets in URIs that it only names: references, removals, where aliases lead, omissions", async () => {
    const leaky = `mv2://default/SPEC-2/x/artifact/${mail}`;
    const retrieval = { request_id: "q", hit_uris: [leaky] };
    for (const fill of [
      (run: Capsule) => run.emit({ type: "RetrievalResponse", payload: retrieval }),
      (run: Capsule) => run.put({ path: "a.md" }, "x", { attributes: { see: leaky } }),
      (run: Capsule) => run.put({ path: "a.md" }, "x", { attributes: { [leaky]: 1 } }),
      async (run: Capsule) => run.alias(`${ARTIFACT}${mail}`, await run.put({ path: "b.md" }, "x"), "moved"),
      async (run: Capsule) => {
        await run.put({ path: mail }, "x");
        await run.remove(`${ARTIFACT}${mail}`, { reason: "gone" });
      },
    ])
      expect((await errorOf(exportOf(fill))).code).toBe("SecretInName");
  });

  it("masks labels, keeps them apart, and finds golden queries by them", async () => {
    const golden = [{ query: "second", checkpoint: `for ${mail}` }, { query: mail }];
    const { capsule } = await exportOf(
      async (run) => {
        for (const [text, label] of [
          ["first", `for tom@firma.io`],
          ["second", `for ${mail}`],
          ["third", "plain"],
        ] as const) {
          await run.put({ path: "a.md" }, text);
          await run.commit({ label });
        }
      },
      { golden },
    );
    const labels = (await capsule.checkpoints()).map(({ label }) => label);
    expect(labels.sort()).toEqual(["for [masked:email]", "for [masked:email]#2", "plain"]);
    expect(await checkGolden(capsule)).toEqual({ passed: 2, failed: [] });
    const { golden_uri: uri } = await readManifest(capsule);
    const main = await capsule.snapshot({ branch: "main" });
    const { results } = JSON.parse((await main.get(uri as string, { as: "text" })) as string);
    expect(results).toMatchObject([
      { query: "second", checkpoint: "for [masked:email]#2", hits: [{ uri: `${ARTIFACT}a.md` }] },
      { query: "[masked:email]" },
    ]);
  });

  it("masks payloads and stages, and leaves out events that don't fit their type any more", async () => {
    const { capsule, result } = await exportOf(async (run) => {
      await run.emit({
        type: "ToolCall",
        stage: mail,
        payload: { call_id: "1", tool_name: "sh", input: [{ to: mail }] },
      });
      const payload = { call_id: "1", tool_name: "sh", success: true, duration_ms: 4111111111111111 };
      await run.emit({ type: "ToolResult", payload });
    });
    const [event] = await collect(capsule.events());
    expect(event).toMatchObject({ stage: "[masked:email]", payload: { input: [{ to: "[masked:email]" }] } });
    expect(result.eventCount).toBe(1);
    expect(result.omissions).toEqual([
      { uri: `${EVENT}2`, reason: "its payload doesn't fit its type any more once it is masked" },
    ]);
  });

  it("masks JSON by its members' names, once, and leaves it JSON", async () => {
    const value = { db: { password: "plain words", token: `${"gh"}p_${"a1B2".repeat(9)}` }, keep: [1, "two"] };
    const { capsule, receipts } = await exportOf((run) => run.put({ path: "a.json" }, JSON.stringify(value, null, 2)));
    const masked = { password: "[masked:secret-assignment]", token: "[masked:github]" };
    expect(await capsule.get(`${ARTIFACT}a.json`, { as: "text" })).toBe(
      JSON.stringify({ ...value, db: masked }, null, 2),
    );
    expect(receipts.map(({ rule, count }) => [rule, count])).toEqual([
      ["github", 1],
      ["secret-assignment", 1],
    ]);
  });
});

describe("raw model traffic in a safe export", () => {
  const raw = { prompt: long, response: `so says ${mail}`, ...plainHash };
  const fill = (run: Capsule) =>
    run.emit({ type: "ModelCallEnvelope", payload: { ...call, capture_mode: "full_io", ...raw } });

  it("is left out unless the configuration says full_io, and the hashes with it but that of a long, harmless text", async () => {
    const workspace = memoryMachine();
    const injected = repeatable(workspace);
    const run = await Capsule.create(CAPSULE_PATH, { ...injected, captureMode: "full_io", specId: "S", runId: "abc" });
    await fill(run);
    await run.close();
    const later = await Capsule.open(CAPSULE_PATH, { ...injected, mode: "write" });
    await later.export({ runId: "abc", out: OUT, encrypt: false });
    await later.close();
    const exported = await Capsule.open(OUT, { runtime: workspace, branch: "run/abc" });
    expect(await payloads(exported)).toEqual([{ ...call, capture_mode: "full_io", prompt_hash: "h1" }]);
    expect(Buffer.from(workspace.files.readFile(OUT)).includes("nobody can try")).toBe(false);
    await exported.close();
  });

  it("is masked and kept under full_io, if the event says so too", async () => {
    const { capsule, receipts } = await exportOf(fill);
    expect(await payloads(capsule)).toEqual([
      { ...call, capture_mode: "full_io", prompt: long, response: "so says [masked:email]", prompt_hash: "h1" },
    ]);
    expect(receipts.map(({ field, rule }) => [field, rule])).toEqual([
      ["payload/response_hash", "hash"],
      ["payload/response", "email"],
    ]);
    const fillLess = (run: Capsule) =>
      run.emit({ type: "ModelCallEnvelope", payload: { ...call, capture_mode: "prompts_only", prompt: long } });
    const { capsule: less } = await exportOf(fillLess);
    expect(await payloads(less)).toEqual([{ ...call, capture_mode: "prompts_only" }]);
  });

  it("loses hashes of texts that are short or not there", async () => {
    const prompt = "yes";
    const { capsule } = await exportOf((run) =>
      run.emit({ type: "ModelCallEnvelope", payload: { ...call, capture_mode: "full_io", prompt, ...plainHash } }),
    );
    expect(await payloads(capsule)).toEqual([{ ...call, capture_mode: "full_io", prompt }]);
  });
});

describe("hashes in a safe export", () => {
  it("of policies and patches go where what they are of was masked", async () => {
    const { capsule } = await exportOf(async (run) => {
      await setPolicy(run, { policy_id: "plain", version: 1 });
      await run.commitStage({ stage: "one" });
      await setPolicy(run, { policy_id: "asking", version: 1, contact: mail });
      await run.commitStage({ stage: "two" });
      const patch = { patch_id: "p", file_path: "a", patch_type: "modify", success: true } as const;
      await run.emit({
        type: "PatchApply",
        payload: { ...patch, diff: `+${mail}`, before_hash: "b", after_hash: "a" },
      });
      await run.emit({ type: "PatchApply", payload: { ...patch, diff: "+x", before_hash: "b", after_hash: "a" } });
    });
    const told = (await collect(capsule.events())).map(({ type, payload }) => [
      type,
      Object.keys(payload as object).filter((member) => member.endsWith("_hash")),
    ]);
    expect(told).toEqual([
      ["PolicySnapshotRef", ["policy_hash"]],
      ["StageTransition", ["policy_hash"]],
      ["PolicySnapshotRef", []],
      ["StageTransition", []],
      ["PatchApply", []],
      ["PatchApply", ["after_hash", "before_hash"]],
    ]);
  });
});
