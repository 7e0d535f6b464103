import { beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { isTemporaryPath } from "../../runtimes/paths.js";
import { Capsule } from "../capsule.js";
import { encrypted } from "../testing/age.js";
import { type DiskFaults, failingMachine, inputOutputError } from "../testing/failing-disk.js";
import { CAPSULE_PATH, repeatable } from "../testing/fixtures.js";
import { capsuleBytes, inWorkspace, mountMachine, NO_TRACES, SOURCE_PATH, traces } from "../testing/mounts.js";

const WHOLE = { files: ["run-1.mv2e"], registered: ["run-1"], events: ["run-1"] };
const SECRETS = { passphrase: "p" };

let sealed: Uint8Array;
beforeAll(async () => {
  sealed = encrypted(await capsuleBytes({ "a.md": "retry budget" }), SECRETS);
});

interface Tried {
  /** The machine, sound again. */
  readonly runtime: Runtime;
  /** Whether the work ended without an error. */
  readonly succeeded: boolean;
  /** The calls that would have changed something, up to the one that failed. */
  readonly calls: readonly string[];
}

/**
 * Does some work in the workspace while its disk fails: at one call, or from that call on, as if the machine had gone.
 *
 * @param failing number of the call; -1 for none
 */
async function tryWork(
  runtime: Runtime,
  work: (capsule: Capsule) => Promise<unknown>,
  failing: number,
  forGood: boolean,
): Promise<Tried> {
  const faults: DiskFaults = { append: null, sync: null, read: null };
  const capsule = await Capsule.open(CAPSULE_PATH, { ...repeatable(failingMachine(runtime, faults)), mode: "write" });
  const calls: string[] = [];
  faults.change = (operation, path) => {
    calls.push(`${operation} ${path.replace(/\.[0-9a-f]{16}\./, ".*.")}`);
    const at = calls.length - 1;
    if (at === failing || (forGood && failing >= 0 && at > failing)) inputOutputError();
  };
  let succeeded = true;
  try {
    await work(capsule);
  } catch {
    succeeded = false;
  }
  const told = [...calls];
  if (!forGood) faults.change = null;
  await capsule.close().catch(() => undefined);
  return { runtime, succeeded, calls: told };
}

const doImport = (capsule: Capsule) => capsule.import(SOURCE_PATH, SECRETS);
const doUnmount = (capsule: Capsule) => capsule.unmount("run-1");
const codesOf = async (runtime: Runtime) => (await Capsule.doctor(CAPSULE_PATH, { runtime })).map(({ code }) => code);

/** Tries the work with every one of its calls failing. */
async function* everyFailure(
  prepare: () => Promise<Runtime>,
  work: (capsule: Capsule) => Promise<unknown>,
  forGood: boolean,
): AsyncGenerator<Tried & { readonly call: string }> {
  const { calls, succeeded } = await tryWork(await prepare(), work, -1, false);
  expect(succeeded).toBe(true);
  for (const [at, call] of calls.entries()) yield { ...(await tryWork(await prepare(), work, at, forGood)), call };
}

describe("an import whose disk fails", () => {
  const prepare = () => mountMachine(sealed);

  it("copies, syncs, commits its event, renames and registers, in this order", async () => {
    const { calls } = await tryWork(await prepare(), doImport, -1, false);
    const copy = "/project/mounts/run-1.mv2e.*.speckit-tmp";
    expect(calls.filter((call) => !call.startsWith("syncDirectory"))).toEqual([
      "makeDirectory /project/mounts",
      `create ${copy}`,
      `append ${copy}`,
      `sync ${copy}`,
      `append ${CAPSULE_PATH}`,
      `sync ${CAPSULE_PATH}`,
      `rename ${copy}`,
      "writeFile /project/mounts.json",
      `remove ${copy}`,
    ]);
  });

  it("leaves nothing before its event, is told of by doctor after it, and succeeds when it is run again", async () => {
    const outcomes = new Set<string>();
    for await (const { call, runtime, succeeded } of everyFailure(prepare, doImport, false)) {
      const left = await traces(runtime);
      const codes = await codesOf(runtime);
      if (succeeded) expect([left, codes], call).toEqual([WHOLE, ["Healthy"]]);
      else if (left.events.length === 0) expect(left, call).toEqual(NO_TRACES);
      else expect(codes, call).toEqual([left.files.length === 0 ? "MountMissing" : "MountUnregistered"]);
      outcomes.add(succeeded ? "whole" : left.events.length === 0 ? "nothing" : (codes[0] ?? ""));
      await inWorkspace(runtime, doImport);
      expect([await traces(runtime), await codesOf(runtime)], call).toEqual([WHOLE, ["Healthy"]]);
    }
    expect([...outcomes].sort()).toEqual(["MountMissing", "MountUnregistered", "nothing", "whole"]);
  });

  it("leaves at most a temporary file when everything fails from some call on, and succeeds when it is run again", async () => {
    let orphans = 0;
    for await (const { call, runtime } of everyFailure(prepare, doImport, true)) {
      const left = await traces(runtime);
      const temporary = left.files.filter(isTemporaryPath);
      orphans += temporary.length;
      if (left.events.length === 0) expect({ ...left, files: [] }, call).toEqual(NO_TRACES);
      if (left.events.length === 0) expect(left.files, call).toEqual(temporary);
      await inWorkspace(runtime, doImport);
      expect([await traces(runtime), await codesOf(runtime)], call).toEqual([WHOLE, ["Healthy"]]);
    }
    expect(orphans).toBeGreaterThan(2);
  });
});

describe("an unmount whose disk fails", () => {
  const prepare = async () => {
    const runtime = await mountMachine(sealed);
    await inWorkspace(runtime, doImport);
    return runtime;
  };

  it("can be run again, whatever it had done", async () => {
    const gone = { files: [], registered: [], events: ["run-1"] };
    for (const forGood of [false, true]) {
      for await (const { call, runtime } of everyFailure(prepare, doUnmount, forGood)) {
        const left = await traces(runtime);
        expect(await codesOf(runtime), call).toEqual([left.files.length === 0 ? "MountMissing" : "Healthy"]);
        await inWorkspace(runtime, doUnmount);
        expect([await traces(runtime), await codesOf(runtime)], call).toEqual([gone, ["Healthy"]]);
      }
    }
  });
});
