import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import type { Readable } from "../readable.js";
import { generateSigningKeys } from "../signature/keys.js";
import {
  CAPSULE_PATH,
  collect,
  collectBytes,
  errorOf,
  memoryMachine,
  repeatable,
  repeatingRandom,
} from "../testing/fixtures.js";
import { makeRuns, openMain } from "../testing/runs.js";
import { checkGolden } from "./golden.js";
import { readManifest } from "./manifest.js";

const OUT = "/exports/run.mv2";
const QUERIES = ["retry budget", "lock", "parser token", "round", "nothinghere"];

/** What searches of a run's own scope give. */
async function searches(view: Readable) {
  const found = [];
  for (const query of QUERIES) found.push(await view.search(query, { scope: "run", limit: 50, count: true }));
  return found;
}

async function contents(view: Readable) {
  const listed = [];
  for await (const entry of view.list({ kinds: ["revision", "event", "checkpoint"] })) {
    const { physical: _, sequence: __, ...told } = entry;
    const bytes = await collectBytes((await view.get(entry.uri, { as: "stream" })) as ReadableStream<Uint8Array>);
    listed.push({ ...told, digest: createHash("sha256").update(bytes).digest("hex") });
  }
  return listed;
}

describe("export", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = memoryMachine();
    await makeRuns(runtime);
  });

  test("holds the run at each of its checkpoints, and answers in its scope to the score bit", async () => {
    const source = await openMain(runtime);
    const result = await source.export({ runId: "run_1", out: OUT, encrypt: false, safe: false });
    const exported = await Capsule.open(OUT, { runtime, branch: "run/1" });
    const checkpoints = await (await source.snapshot({ branch: "run/1" })).checkpoints();
    const own = checkpoints.filter(({ branch }) => branch === "run/1");
    expect(own).toHaveLength(4);
    const untimed = (list: typeof own) => list.map(({ sequence: _, ...rest }) => rest);
    expect(untimed(await exported.checkpoints())).toEqual(untimed(own));
    for (const { id } of own) {
      const [then, there] = [await source.at(id, { branch: "run/1" }), await exported.at(id)];
      expect(await searches(there)).toEqual(await searches(then));
      const isRuns = ({ uri }: { uri: string }) => uri.startsWith("mv2://default/SPEC-1/1/");
      const isTrace = ({ uri, kind }: { uri: string; kind: string }) => kind === "event" && traces.has(uri);
      const traces = new Set((await collect(then.events({ type: "DebugTrace" }))).map(({ uri }) => uri as string));
      const kept = (await contents(then)).filter((entry) => isRuns(entry) && !isTrace(entry));
      expect((await contents(there)).filter(isRuns)).toEqual(kept);
    }
    const head = await source.snapshot({ branch: "run/1" });
    expect(await searches(exported)).toEqual(await searches(head));
    expect(result).toMatchObject({ format: "mv2-v1", checkpointCount: 4, encrypted: false, safe: false });
    expect(result.eventCount).toBe((await collect(exported.events({ runId: "1" }))).length);
    expect(await exported.doctor({ deep: true })).toMatchObject([{ level: "ok" }]);
    await exported.close();
    await source.close();
  });

  test("is hashed as it is written, and told of by an event", async () => {
    const source = await openMain(runtime);
    const result = await source.export({ runId: "1", out: OUT, encrypt: false, safe: false, force: true, pin: true });
    const bytes = runtime.files.readFile(OUT);
    expect(result.contentHash).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(result.bytesWritten).toBe(bytes.length);
    const events = await collect(source.events({ runId: "1" }));
    const [exported, pinned] = events.slice(-2);
    expect(exported).toMatchObject({ uri: result.eventUri, type: "CapsuleExported", branch: "main" });
    expect(exported?.payload).toMatchObject({
      content_hash: result.contentHash,
      destination: "exports/run.mv2",
      sanitized: false,
      encrypted: false,
    });
    expect(pinned).toMatchObject({
      type: "ExportPinned",
      payload: { content_hash: result.contentHash, path: "exports/run.mv2" },
    });
    await source.close();
  });

  test("takes along what the run refers to, lists what it can't, and nothing else", async () => {
    const source = await openMain(runtime);
    const { omissions } = await source.export({ runId: "1", out: OUT, encrypt: false, safe: false, force: true });
    const exported = await Capsule.open(OUT, { runtime, branch: "run/1" });
    const uris = (await collect(exported.list())).map(({ uri }) => uri as string);
    expect(uris.filter((uri) => !uri.startsWith("mv2://default/SPEC-1/1/"))).toEqual([
      "mv2://default/policy/strict",
      "mv2://default/workspace/main/artifact/guide.md",
    ]);
    expect((await exported.resolve("mv2://default/workspace/main/artifact/old-guide.md"))?.aliasesFollowed).toBe(1);
    expect(omissions.map(({ uri }) => uri).sort()).toEqual([
      "mv2://default/SPEC-1/1/artifact/r0.md",
      "mv2://default/SPEC-1/elsewhere/artifact/gone.md",
      "mv2://other/a/b/artifact/c.md",
    ]);
    const manifest = await readManifest(exported);
    expect(manifest.omissions).toEqual(omissions);
    expect(manifest).toMatchObject({
      filter: { spec_id: "SPEC-1", run_id: "1" },
      branch: "run/1",
      safe: false,
      source: { capsule_id: source.info.capsuleId, branch: "run/1" },
      counts: { checkpoints: 4, referred: 2, left_out: { DebugTrace: 4 } },
    });
    await exported.close();
    await source.close();
  });

  test("run 1 never takes run 10, and an unknown run is told with those that there are", async () => {
    const source = await openMain(runtime);
    const options = { out: OUT, encrypt: false, safe: false, force: true };
    await source.export({ ...options, runId: "1" });
    expect(Buffer.from(runtime.files.readFile(OUT)).includes("SPEC-1/10/")).toBe(false);
    const unknown = await errorOf(source.export({ ...options, runId: "100" }));
    expect(unknown).toMatchObject({ code: "UnknownRun", details: { runs: ["SPEC-1/1", "SPEC-1/10"] } });
    expect((await errorOf(source.export({ ...options, runId: "1", specId: "SPEC-2" }))).code).toBe("UnknownRun");
    await source.close();
  });

  test("golden queries give the same again, at the end and as of a checkpoint", async () => {
    const source = await openMain(runtime);
    const golden = [{ query: "retry budget" }, { query: "round", limit: 3 }];
    const [first] = await (await source.snapshot({ branch: "run/1" })).checkpoints().then((all) => all.slice(1));
    const asOf = { query: "lock retry", checkpoint: first?.id as string };
    const options = { runId: "1", out: OUT, encrypt: false, safe: false, force: true };
    await source.export({ ...options, golden: [...golden, asOf] });
    const exported = await Capsule.open(OUT, { runtime });
    expect(await checkGolden(exported)).toEqual({ passed: 3, failed: [] });
    const { golden_uri: uri } = await readManifest(exported);
    const stored = JSON.parse((await exported.get(uri as string, { as: "text" })) as string);
    expect(stored.results[0].hits[0].score_bits).toMatch(/^[0-9a-f]{16}$/);
    await exported.close();
    const unknown = await errorOf(source.export({ ...options, golden: [{ query: "a", checkpoint: "never" }] }));
    expect(unknown.code).toBe("UnknownCheckpoint");
    await source.close();
  });

  test("is signed as a whole, encrypted or not", async () => {
    const source = await openMain(runtime);
    const { secretKey, publicKey } = generateSigningKeys(repeatingRandom(5));
    const common = { runId: "1", out: OUT, safe: false, force: true, signKey: secretKey };
    for (const secrets of [{ encrypt: false }, { passphrase: "correct horse", workFactor: 2 }]) {
      const { signature } = await source.export({ ...common, ...secrets });
      expect(signature).toMatchObject({ key: publicKey });
      const exported = await Capsule.open(OUT, { runtime, passphrase: "correct horse" });
      expect(await exported.verifySignatures({ trustedKeys: [publicKey] })).toMatchObject({ state: "verified" });
      expect(await exported.doctor({ deep: true })).toMatchObject([{ level: "ok" }]);
      await exported.close();
    }
    await source.close();
  });

  test("is missed by the doctor where exports lie, until it is there again or gc has told that it was deleted", async () => {
    const machine = memoryMachine();
    await makeRuns(machine);
    const source = await openMain(machine);
    const plain = { runId: "1", encrypt: false, safe: false };
    const { outputPath } = await source.export(plain);
    await source.export({ ...plain, out: "/taken/away.mv2" });
    await source.commit();
    const missed = async () => {
      const found = await Capsule.doctor(CAPSULE_PATH, { runtime: machine, exports: {} });
      return found.filter(({ code }) => code === "ExportMissing").map(({ message }) => message);
    };
    expect(await missed()).toEqual([]);
    machine.files.remove(outputPath);
    machine.files.remove("/taken/away.mv2");
    expect(await missed()).toEqual([expect.stringContaining(JSON.stringify(outputPath))]);
    const freed = { exports_deleted: 1, temp_files_deleted: 0, bytes_freed: 1, actor: "test" };
    const path = "docs/specs/SPEC-1/runs/1/capsule.mv2";
    await source.emit({ type: "CapsuleGC", payload: { ...freed, deleted_paths: [path] } });
    await source.commit();
    expect(await missed()).toEqual([]);
    await source.close();
  });

  test("every URI that something in it refers to resolves in it, or is listed", async () => {
    const source = await openMain(runtime);
    for (const options of [{ safe: false }, { safe: true }]) {
      await source.export({ runId: "1", out: OUT, encrypt: false, force: true, ...options });
      const exported = await Capsule.open(OUT, { runtime, branch: "run/1" });
      const listed = new Set((await readManifest(exported)).omissions.map(({ uri }) => uri));
      let referred = 0;
      for await (const entry of exported.list({ kinds: ["revision", "event", "checkpoint"] })) {
        const text = entry.sizeBytes > 65_536 ? "" : await exported.get(entry.uri, { as: "text" });
        const found = `${JSON.stringify(entry.attributes)} ${text}`.matchAll(/"(mv2:[^"]*)"/g);
        for (const [, uri = ""] of found) {
          referred++;
          expect((await exported.resolve(uri)) !== null || listed.has(uri), `${entry.uri} refers to ${uri}`).toBe(true);
        }
      }
      expect(referred).toBeGreaterThan(6);
      await exported.close();
    }
    await source.close();
  });

  test("takes a run from the branch that it was kept on, without what else is there", async () => {
    const machine = memoryMachine();
    const common = repeatable(machine);
    const main = await Capsule.create(CAPSULE_PATH, common);
    await main.put({ path: "before.md" }, "retry budget before the fork");
    await main.commit();
    await main.fork("experiment");
    await main.close();
    const onBranch = { ...common, mode: "write" as const, branch: "experiment", specId: "SPEC-9" };
    for (const runId of ["x", "y"]) {
      const run = await Capsule.open(CAPSULE_PATH, { ...onBranch, runId });
      await run.put({ path: "plan.md" }, `the plan of ${runId}`);
      await run.commitStage({ stage: "plan" });
      await run.close();
    }
    const source = await openMain(machine);
    const options = { runId: "x", out: OUT, encrypt: false, safe: false };
    expect((await source.export(options)).checkpointCount).toBe(1);
    const exported = await Capsule.open(OUT, { runtime: machine, branch: "run/x" });
    const uris = (await collect(exported.list())).map(({ uri }) => uri);
    expect(uris).toEqual(["mv2://default/SPEC-9/x/artifact/plan.md"]);
    expect((await readManifest(exported)).source.branch).toBe("experiment");
    await exported.close();
    // By now main holds something of the run, too: the event that tells of the export.
    expect((await source.export({ ...options, force: true })).artifactCount).toBe(1);
    expect((await errorOf(source.export({ ...options, branch: "nowhere" }))).code).toBe("UnknownBranch");
    await source.close();
  });

  test("what was merged into the run's branch is written as what it is", async () => {
    const machine = memoryMachine();
    await makeRuns(machine);
    const source = await openMain(machine);
    await source.merge({ from: "run/10", to: "run/1" });
    await source.export({ runId: "1", out: OUT, encrypt: false, safe: false });
    const exported = await Capsule.open(OUT, { runtime: machine, branch: "run/1" });
    const [there, here] = [await source.snapshot({ branch: "run/1" }), await exported.snapshot()];
    expect(await searches(here)).toEqual(await searches(there));
    const text = { as: "text" } as const;
    const notes = "mv2://default/SPEC-1/10/artifact/notes.md";
    expect(await here.get(notes, text)).toBe(await there.get(notes, text));
    expect(await exported.doctor({ deep: true })).toMatchObject([{ level: "ok" }]);
    await exported.close();
    await source.close();
  });
});
