import { beforeEach, describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { generateAgeKeys } from "../age/keys.js";
import { Capsule } from "../capsule.js";
import { generateSigningKeys } from "../signature/keys.js";
import { CAPSULE_PATH, errorOf, memoryMachine, repeatable } from "../testing/fixtures.js";
import { inWorkspace, NO_TRACES, traces } from "../testing/mounts.js";

const OUT = "/exports/1/capsule.mv2";
const GOLDEN = [{ query: "retry budget" }, { query: "retry", checkpoint: "done" }, { query: "nothing of it" }];

/** A workspace with a run, and an export of the run. */
async function exported(out = OUT, options: object = { encrypt: false }): Promise<Runtime> {
  const runtime = memoryMachine();
  const injected = repeatable(runtime);
  const capsule = await Capsule.create(CAPSULE_PATH, injected);
  await capsule.put({ path: "main.md" }, "retry budget of main");
  await capsule.close();
  const run = await Capsule.open(CAPSULE_PATH, { ...injected, mode: "write", specId: "S", runId: "1" });
  await run.put({ path: "a.md" }, "the retry budget of the run");
  await run.commit({ label: "done" });
  await run.put({ path: "b.md" }, "retry once more");
  await run.emit({ type: "DebugTrace", payload: { message: "trace", context: {} } });
  await run.close();
  await inWorkspace(runtime, (source) =>
    source.export({ runId: "1", out, workspaceDir: "/", safe: false, golden: GOLDEN, ...options }),
  );
  return runtime;
}

describe("import() of an export", () => {
  let runtime: Runtime;
  beforeEach(async () => {
    runtime = await exported();
  });

  it("asks its golden queries again, and mounts it on the run's branch, under the run's name", async () => {
    const result = await inWorkspace(runtime, (capsule) => capsule.import(OUT));
    expect(result).toMatchObject({
      mountName: "1",
      branch: "run/1",
      golden: { passed: 3, failed: [] },
      verificationPassed: true,
      counts: { checkpoints: 1 },
    });
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
    const mount = await capsule.openMount("1");
    expect(mount.info.branch).toBe("run/1");
    const run = await capsule.snapshot({ branch: "run/1" });
    const inSource = await run.search("retry", { scope: "run" });
    expect(inSource.hits).toHaveLength(2);
    expect((await mount.search("retry")).resultsDigest).toBe(inSource.resultsDigest);
    expect((await (await mount.at("done")).search("retry")).hits).toHaveLength(1);
    await mount.close();
    await capsule.close();
  });

  it("tells of golden queries that give something else, and refuses them where verification is required", async () => {
    const { secretKey, publicKey } = generateSigningKeys();
    const forged = await Capsule.open(OUT, { runtime, mode: "write", branch: "run/1" });
    await forged.put({ path: "c.md", specId: "S", runId: "1" }, "retry slipped in");
    await forged.sign(secretKey);
    await forged.close();
    const options = { requireVerified: true, trustedKeys: [publicKey] };
    expect(await errorOf(inWorkspace(runtime, (capsule) => capsule.import(OUT, options)))).toMatchObject({
      code: "VerificationFailed",
      details: { check: "golden" },
    });
    expect(await traces(runtime)).toEqual(NO_TRACES);
    const result = await inWorkspace(runtime, (capsule) => capsule.import(OUT));
    expect(result).toMatchObject({ verificationPassed: false, golden: { passed: 2 } });
    expect(result.golden?.failed.map(({ query }) => query)).toEqual(["retry budget"]);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["Unverified", "GoldenDiffers"]);
  });

  it("gives the same for an encrypted one", async () => {
    const { identity, recipient } = generateAgeKeys();
    runtime = await exported("/exports/run-1.mv2e", { recipients: [recipient] });
    const result = await inWorkspace(runtime, (capsule) =>
      capsule.import("/exports/run-1.mv2e", { identities: [identity] }),
    );
    expect(result).toMatchObject({ mountName: "run-1", format: "mv2e-v1", golden: { passed: 3, failed: [] } });
    const other = await errorOf(
      inWorkspace(runtime, (capsule) =>
        capsule.import("/exports/run-1.mv2e", { mountAs: "x", identities: [generateAgeKeys().identity] }),
      ),
    );
    expect(other).toMatchObject({ code: "NoMatchingIdentity" });
  });

  it("accepts, where verification is required, what a trusted key signed to its end, and nothing else", async () => {
    const { secretKey, publicKey } = generateSigningKeys();
    const change = async (work: (capsule: Capsule) => Promise<unknown>) => {
      const capsule = await Capsule.open(OUT, { runtime, mode: "write", branch: "run/1" });
      await work(capsule);
      await capsule.close();
    };
    const verified = { requireVerified: true, trustedKeys: [publicKey], mountAs: "v" };
    const stateOf = async () =>
      (await errorOf(inWorkspace(runtime, (capsule) => capsule.import(OUT, verified)))).details;
    expect(await stateOf()).toEqual({ check: "signature", state: "unsigned" });
    await change((capsule) => capsule.sign(generateSigningKeys().secretKey));
    expect(await stateOf()).toEqual({ check: "signature", state: "untrusted" });
    await change((capsule) => capsule.sign(secretKey));
    const result = await inWorkspace(runtime, (capsule) => capsule.import(OUT, verified));
    expect(result).toMatchObject({ signature: { state: "verified" }, diagnostics: [], verificationPassed: true });
    await change((capsule) => capsule.emit({ type: "DebugTrace", payload: { message: "later", context: {} } }));
    expect(await stateOf()).toEqual({ check: "signature", state: "verified-to-sequence" });
    const warned = await inWorkspace(runtime, (capsule) => capsule.import(OUT, { trustedKeys: [publicKey] }));
    expect(warned.diagnostics).toMatchObject([{ code: "Unverified" }]);
  });
});
