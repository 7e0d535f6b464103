import { beforeAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { type DiskFaults, diskFull, failingMachine, inputOutputError } from "../testing/failing-disk.js";
import { CAPSULE_PATH, collect, errorOf, memoryMachine, repeatable } from "../testing/fixtures.js";
import { makeRuns } from "../testing/runs.js";
import type { ExportOptions } from "./options.js";

const OUT = "/exports/run.mv2e";
const OPTIONS: ExportOptions = { runId: "1", out: OUT, safe: false, passphrase: "correct horse", workFactor: 2 };

let workspace: Uint8Array;
beforeAll(async () => {
  const maker = memoryMachine();
  await makeRuns(maker);
  workspace = maker.files.readFile(CAPSULE_PATH);
});

/** A machine with runs whose disk fails as it is told. */
async function machine(): Promise<{ sound: Runtime; runtime: Runtime; faults: DiskFaults }> {
  const sound = memoryMachine();
  sound.files.writeFile(CAPSULE_PATH, workspace);
  const faults: DiskFaults = { append: null, sync: null, read: null };
  return { sound, runtime: failingMachine(sound, faults), faults };
}

const open = (runtime: Runtime) => Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });

function standing({ files }: Runtime): string[] {
  return files.stat("/exports") === null ? [] : files.list("/exports").map(({ name }) => name);
}

async function exportsTold(runtime: Runtime): Promise<number> {
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
  try {
    return (await collect(capsule.events({ type: "CapsuleExported" }))).length;
  } finally {
    await capsule.close();
  }
}

/** What an export that succeeds does to the machine, call by call. */
async function changesOfExport(): Promise<string[]> {
  const { runtime, faults } = await machine();
  const capsule = await open(runtime);
  const changes: string[] = [];
  faults.change = (operation) => void changes.push(operation);
  await capsule.export(OPTIONS);
  faults.change = null;
  await capsule.close();
  return changes;
}

describe("a failure in the middle of an export", () => {
  test("leaves nothing, at whatever call, and no file without its event; trying again succeeds", async () => {
    const changes = await changesOfExport();
    for (const operation of ["makeDirectory", "create", "append", "sync", "rename"]) {
      expect(changes).toContain(operation);
    }
    for (const [at, operation] of changes.entries()) {
      const { sound, runtime, faults } = await machine();
      const capsule = await open(runtime);
      let calls = 0;
      faults.change = () => void (calls++ === at && inputOutputError());
      const error = await errorOf(capsule.export(OPTIONS)).catch(() => null);
      faults.change = null;
      await capsule.close();
      if (error === null) {
        // The note behind a commit is for the next opening alone: nobody misses it.
        expect([operation, standing(sound), await exportsTold(sound)]).toEqual(["append", ["run.mv2e"], 1]);
        continue;
      }
      expect([error.code, standing(sound)], `${operation}, call ${at}`).toEqual(["IoError", []]);
      const again = await open(sound);
      await again.export(OPTIONS);
      await again.close();
      expect(standing(sound)).toEqual(["run.mv2e"]);
    }
  }, 120_000);

  test("before the event, it isn't told of; a failing rename leaves the event alone", async () => {
    for (const [step, told] of [["create", 0] as const, ["rename", 1] as const]) {
      const { sound, runtime, faults } = await machine();
      const capsule = await open(runtime);
      faults.change = (operation) => void (operation === step && diskFull());
      expect((await errorOf(capsule.export(OPTIONS))).code).toBe("DiskFull");
      faults.change = null;
      await capsule.close();
      expect(await exportsTold(sound)).toBe(told);
      expect(standing(sound)).toEqual([]);
    }
  });

  test("what stood there before stays", async () => {
    const { sound, runtime, faults } = await machine();
    const capsule = await open(runtime);
    await capsule.export(OPTIONS);
    const before = sound.files.readFile(OUT);
    faults.change = (operation) => void (operation === "rename" && diskFull());
    expect((await errorOf(capsule.export({ ...OPTIONS, force: true }))).code).toBe("DiskFull");
    faults.change = null;
    expect(Buffer.from(sound.files.readFile(OUT)).equals(before)).toBe(true);
    expect(standing(sound)).toEqual(["run.mv2e"]);
    await capsule.close();
  });
});

describe("an export", () => {
  test("that is stopped leaves nothing, wherever it is stopped, and the capsule goes on", async () => {
    const { sound, runtime } = await machine();
    const capsule = await open(runtime);
    for (const turns of [0, 1, 2, 3]) {
      const stop = new AbortController();
      let turn = 0;
      if (turns === 0) stop.abort();
      const onProgress = (): void => void (++turn === turns && stop.abort());
      const error = await errorOf(capsule.export({ ...OPTIONS, onProgress, signal: stop.signal })).catch(() => null);
      if (error === null) expect(turn).toBeLessThan(turns);
      else expect(error.code).toBe("Aborted");
      if (error !== null) expect(standing(sound)).toEqual([]);
      sound.files.remove(OUT);
    }
    await capsule.put({ path: "after.md" }, "the capsule goes on");
    await capsule.close();
  });

  test("can be stopped in the middle of one artifact", async () => {
    const { sound, runtime } = await machine();
    const writer = await Capsule.open(CAPSULE_PATH, {
      ...repeatable(runtime),
      mode: "write",
      specId: "S",
      runId: "big",
    });
    await writer.put({ path: "big.bin" }, new Uint8Array(12 * 1024 * 1024));
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    const options = { ...OPTIONS, encrypt: false, runId: "big", onProgress, signal: stop.signal };
    expect((await errorOf(writer.export(options))).code).toBe("Aborted");
    expect(standing(sound)).toEqual([]);
    await writer.close();
  });

  test("never has plaintext on the disk, and reports how far it is", async () => {
    const { sound, runtime } = await machine();
    const capsule = await open(runtime);
    let looks = 0;
    let last = [0, 0];
    const onProgress = (done: number, total: number): void => {
      expect(done).toBeGreaterThanOrEqual(last[0] as number);
      last = [done, total];
      for (const name of standing(sound)) {
        const bytes = Buffer.from(sound.files.readFile(`/exports/${name}`));
        expect(bytes.includes("retry")).toBe(false);
        looks++;
      }
    };
    await capsule.export({ ...OPTIONS, onProgress });
    expect(looks).toBeGreaterThan(0);
    expect(last[0]).toBeLessThanOrEqual(last[1] as number);
    await capsule.close();
    const exported = await Capsule.open(OUT, { runtime, passphrase: "correct horse", branch: "run/1" });
    expect((await exported.search("retry", { scope: "run" })).hits.length).toBeGreaterThan(0);
    expect(await exported.doctor({ deep: true })).toMatchObject([{ level: "ok" }]);
    await exported.close();
  });

  test("isn't put over what is no capsule, nor over the capsule that is exported", async () => {
    const { runtime } = await machine();
    const capsule = await open(runtime);
    runtime.files.makeDirectory("/exports");
    runtime.files.writeFile(OUT, new TextEncoder().encode("somebody's notes"));
    for (const out of [OUT, CAPSULE_PATH, "/exports"]) {
      const error = await errorOf(capsule.export({ ...OPTIONS, out, force: true }));
      expect(error).toMatchObject({ code: "InvalidArgument", details: { argument: "out" } });
    }
    expect((await errorOf(capsule.export({ ...OPTIONS, out: CAPSULE_PATH }))).code).toBe("InvalidArgument");
    await capsule.close();
  });
});
