import { describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { runtimeError } from "../../runtimes/errors.js";
import { Capsule } from "../capsule.js";
import { type DiskFaults, diskFull, failingMachine, inputOutputError } from "../testing/failing-disk.js";
import { CAPSULE_PATH, errorOf, memoryMachine, newCapsule, noise, repeatable } from "../testing/fixtures.js";

const URI = "mv2://default/workspace/main/artifact/x";

async function capsuleOn(machine: Runtime): Promise<Uint8Array> {
  const { capsule } = await newCapsule({ runtime: machine });
  await capsule.put(URI, "committed");
  await capsule.put({ path: "large" }, noise(2_500_000));
  await capsule.close();
  return machine.files.readFile(CAPSULE_PATH);
}

/** The old capsule stands there as it was, nothing is beside it, and it can be written and compacted. */
async function expectOld(machine: Runtime, before: Uint8Array): Promise<void> {
  expect(Buffer.compare(machine.files.readFile(CAPSULE_PATH), before)).toBe(0);
  expect(machine.files.list("/project").map(({ name }) => name)).toEqual(["test.mv2", "test.mv2.lock"]);
  expect(await machine.locks.inspect(CAPSULE_PATH)).toMatchObject({ state: "free" });
  await Capsule.compact(CAPSULE_PATH, repeatable(machine));
  expect(await Capsule.doctor(CAPSULE_PATH, { runtime: machine, deep: true })).toMatchObject([{ code: "Healthy" }]);
}

describe("compact on a disk that fails", () => {
  it.each([
    ["append", diskFull, "DiskFull"],
    ["sync", inputOutputError, "IoError"],
    ["read", inputOutputError, "IoError"],
  ] as const)(
    "(%s, whichever of them) leaves the old capsule, and nothing beside it",
    async (operation, fault, code) => {
      for (let sound = 0; sound < 40; sound += operation === "read" ? 7 : 1) {
        const machine = memoryMachine();
        const before = await capsuleOn(machine);
        const faults: DiskFaults = { append: null, sync: null, read: null };
        let calls = 0;
        faults[operation] = () => {
          if (calls++ >= sound) fault();
        };
        const work = Capsule.compact(CAPSULE_PATH, repeatable(failingMachine(machine, faults)));
        const outcome = await work.then(
          () => null,
          (error: unknown) => error,
        );
        if (outcome === null) {
          expect(sound).toBeGreaterThan(1);
          return;
        }
        expect(outcome).toMatchObject({ code, exitCode: 2 });
        await expectOld(machine, before);
      }
      if (operation !== "read") throw new Error("no compaction came to its end");
    },
    60_000,
  );

  it("leaves it also when the new file can't be made, or not be put in its place", async () => {
    for (const operation of ["open", "replace"] as const) {
      const machine = memoryMachine();
      const before = await capsuleOn(machine);
      const error = await errorOf(Capsule.compact(CAPSULE_PATH, repeatable(refusing(machine, operation))));
      expect(error).toMatchObject({ code: "PermissionDenied" });
      await expectOld(machine, before);
    }
  });

  it("doesn't put a copy in place that its check finds wrong", async () => {
    const machine = memoryMachine();
    const before = await capsuleOn(machine);
    const error = await errorOf(Capsule.compact(CAPSULE_PATH, repeatable(corrupting(machine))));
    expect([error.code, error.exitCode]).toEqual(["Corrupted", 2]);
    await expectOld(machine, before);
  });
});

const isTemporary = (path: string): boolean => path.endsWith(".speckit-tmp");

/** A machine on which a temporary file can't be created, or the capsule not be replaced. */
function refusing(machine: Runtime, operation: "open" | "replace"): Runtime {
  const refuse = (): never => {
    throw runtimeError("PermissionDenied", operation, CAPSULE_PATH);
  };
  const files = withMethods(machine.files, {
    open: (path, options) => (operation === "open" && isTemporary(path) ? refuse() : machine.files.open(path, options)),
  });
  const locks = withMethods(machine.locks, {
    acquire: async (path, options) => {
      const result = await machine.locks.acquire(path, options);
      if (result.state === "busy" || operation !== "replace") return result;
      return { ...result, lock: withMethods(result.lock, { replaceCapsule: refuse }) };
    },
  });
  return { ...machine, files, locks };
}

/** A machine that changes a byte of what is written to a temporary file. */
function corrupting(machine: Runtime): Runtime {
  const files = withMethods(machine.files, {
    open: (path, options) => {
      const file = machine.files.open(path, options);
      if (!isTemporary(path) || options.mode === "read") return file;
      return withMethods(file, {
        append: (bytes) => {
          const at = file.append(bytes);
          if (bytes.length > 100_000)
            file.write(at + 70_000, Uint8Array.of((file.read(at + 70_000, 1)[0] as number) ^ 1));
          return at;
        },
      });
    },
  });
  return { ...machine, files };
}

function withMethods<Whole extends object>(whole: Whole, own: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get(target, name) {
      const replaced = Reflect.get(own, name);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
