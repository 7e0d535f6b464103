import { describe, expect, it } from "vitest";
import type { File, FileIdentity } from "../../runtimes/contract.js";
import { errorOf } from "../testing/fixtures.js";
import type { CoreExports } from "./exports.js";
import type { CoreHostOptions } from "./host.js";
import { CoreInstance, type Instantiate } from "./instance.js";
import type { HostImports } from "./module.js";
import { Status } from "./status.js";

const FAILURE_AT = 1024;
const READ_AT = 4096;

/** A file whose reads are answered when the test says so. */
class ControlledFile implements File {
  readonly path = "/controlled";
  readonly readonly = false;
  readonly requests: { offset: number; length: number; answer: () => void; fail: (error: Error) => void }[] = [];
  appended: Uint8Array[] = [];
  constructor(
    readonly bytes: Uint8Array,
    readonly isLocal: boolean,
  ) {}
  size(): number {
    return this.bytes.length;
  }
  readInto(offset: number, destination: Uint8Array): number | Promise<number> {
    const count = Math.max(0, Math.min(destination.length, this.bytes.length - offset));
    const fill = (): number => {
      destination.set(this.bytes.subarray(offset, offset + count));
      return count;
    };
    if (this.isLocal) return fill();
    return new Promise((resolve, reject) => {
      this.requests.push({ offset, length: destination.length, answer: () => resolve(fill()), fail: reject });
    });
  }
  read(): Uint8Array {
    throw new Error("not used");
  }
  write(): void {}
  append(bytes: Uint8Array): number {
    this.appended.push(bytes.slice());
    return this.bytes.length;
  }
  sync(): void {}
  truncate(): void {}
  identity(): FileIdentity {
    return "controlled" as FileIdentity;
  }
  close(): void {}
}

/** A core of which only the memory and the imports are real. */
function fakeCore(file: File, options: Partial<CoreHostOptions> = {}) {
  const memory = new WebAssembly.Memory({ initial: 2 });
  let imports: HostImports | undefined;
  const instantiate: Instantiate = (host) => {
    imports = host;
    return {
      memory,
      ioReserve: (bytes: number) => (bytes > 60_000 ? 0 : 8192),
      failurePointer: () => FAILURE_AT,
      configure: () => undefined,
    } as unknown as CoreExports;
  };
  const core = new CoreInstance(file, { maxWorkingSetBytes: 1000, ...options }, instantiate);
  return { core, memory, host: imports as HostImports };
}

const answerAll = (file: ControlledFile): void => {
  for (const request of file.requests.splice(0)) request.answer();
};
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("CoreInstance.run()", () => {
  it("answers at once when the file does", () => {
    const { core, host } = fakeCore(new ControlledFile(Uint8Array.of(1, 2, 3, 4), true));
    const result = core.run(
      () => host.read(1, 2, READ_AT),
      (count) => [...core.bytes.subarray(READ_AT, READ_AT + count)],
    );
    expect(result).toEqual([2, 3]);
  });

  it("fetches what is missing and calls again, with what it fetched before still there", async () => {
    const file = new ControlledFile(
      Uint8Array.from({ length: 100 }, (_, index) => index),
      false,
    );
    const { core, host } = fakeCore(file);
    let calls = 0;
    const result = core.run(
      () => {
        calls++;
        const first = host.read(10, 2, READ_AT);
        return first < 0 ? first : host.read(50, 2, READ_AT + 2);
      },
      () => [...core.bytes.subarray(READ_AT, READ_AT + 4)],
    );
    await tick();
    expect(file.requests.map(({ offset }) => offset)).toEqual([10]);
    answerAll(file);
    await tick();
    expect(file.requests.map(({ offset }) => offset)).toEqual([50]);
    answerAll(file);
    expect(await result).toEqual([10, 11, 50, 51]);
    expect(calls).toBe(3);
  });

  it("fetches all ranges that one call missed together", async () => {
    const file = new ControlledFile(new Uint8Array(100), false);
    const { core, host } = fakeCore(file);
    const result = core.run(
      () => Math.min(host.read(0, 4, READ_AT), host.read(40, 4, READ_AT)),
      () => "done",
    );
    expect(file.requests).toHaveLength(2);
    answerAll(file);
    expect(await result).toBe("done");
  });

  it("serves a part of a fetched range, and the short read at the file's end", async () => {
    const file = new ControlledFile(
      Uint8Array.from({ length: 10 }, (_, index) => index),
      false,
    );
    const { core, host } = fakeCore(file);
    const result = core.run(
      () => {
        const count = host.read(4, 20, READ_AT);
        return count < 0 ? count : host.read(6, 2, READ_AT + 20) * 100 + count;
      },
      (count) => [count, core.bytes[READ_AT], core.bytes[READ_AT + 20]],
    );
    answerAll(file);
    expect(await result).toEqual([206, 4, 6]);
    expect(file.requests).toHaveLength(0);
  });

  it("runs one operation at a time, in order", async () => {
    const file = new ControlledFile(new Uint8Array(100), false);
    const { core, host } = fakeCore(file);
    const order: string[] = [];
    const slow = core.run(
      () => host.read(0, 1, READ_AT),
      () => order.push("slow"),
    );
    const quick = core.run(
      () => Status.OK,
      () => order.push("quick"),
    );
    expect(quick).toBeInstanceOf(Promise);
    await tick();
    expect(order).toEqual([]);
    answerAll(file);
    await Promise.all([slow, quick]);
    expect(order).toEqual(["slow", "quick"]);
    expect(
      core.run(
        () => Status.OK,
        () => "free",
      ),
    ).toBe("free");
  });

  it("forgets what it fetched when the operation is over", async () => {
    const file = new ControlledFile(new Uint8Array(100), false);
    const { core, host } = fakeCore(file);
    for (let i = 0; i < 2; i++) {
      const result = core.run(
        () => host.read(0, 1, READ_AT),
        () => "done",
      );
      expect(file.requests).toHaveLength(1);
      answerAll(file);
      await result;
      await tick();
    }
  });

  it("goes on with the next operation when a fetch fails", async () => {
    const file = new ControlledFile(new Uint8Array(100), false);
    const { core, host } = fakeCore(file);
    const failing = core.run(
      () => host.read(0, 1, READ_AT),
      () => "done",
    );
    const next = core.run(
      () => Status.OK,
      () => "next",
    );
    file.requests[0]?.fail(new Error("the line is dead"));
    expect(await errorOf(Promise.resolve(failing))).toMatchObject({
      code: "IoError",
      message: expect.stringMatching(/line is dead/),
    });
    expect(await next).toBe("next");
  });

  it("refuses to keep more than the working set allows", async () => {
    const file = new ControlledFile(new Uint8Array(4000), false);
    const { core, host } = fakeCore(file);
    const error = await errorOf(() =>
      core.run(
        () => host.read(0, 1001, READ_AT),
        (status) => core.check(status, "read"),
      ),
    );
    expect(error).toMatchObject({ code: "WorkingSetTooLarge", exitCode: 2 });
  });

  it("gives up after a trap, and says so ever after", async () => {
    const { core } = fakeCore(new ControlledFile(new Uint8Array(0), true));
    const trap = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
    expect(await errorOf(() => core.run(trap, () => 0))).toMatchObject({ code: "CoreFault", exitCode: 2 });
    expect(
      await errorOf(() =>
        core.run(
          () => Status.OK,
          () => 0,
        ),
      ),
    ).toMatchObject({ code: "CoreFault" });
  });
});

describe("CoreInstance.check()", () => {
  it("throws what the file threw, in the SDK's terms", async () => {
    const file = new ControlledFile(new Uint8Array(10), true);
    file.readInto = () => {
      throw new Error("bad sector");
    };
    const { core, host } = fakeCore(file);
    const error = await errorOf(() =>
      core.run(
        () => host.read(0, 4, READ_AT),
        (status) => core.check(status, "read the log"),
      ),
    );
    expect(error).toMatchObject({ code: "IoError", message: "Cannot read the log: bad sector" });
  });
});

describe("CoreInstance.bytes", () => {
  it("follows the memory when it grows", () => {
    const { core, memory } = fakeCore(new ControlledFile(new Uint8Array(0), true));
    core.bytes[5] = 7;
    const before = core.view.byteLength;
    memory.grow(1);
    expect(core.bytes[5]).toBe(7);
    expect(core.view.byteLength).toBe(before + 65_536);
  });
});

describe("CoreInstance.writeText()", () => {
  it("gives the length in bytes, or -1 where it doesn't fit", () => {
    const { core } = fakeCore(new ControlledFile(new Uint8Array(0), true));
    expect(core.writeText("é", 8192, 3)).toBe(2);
    expect(core.readText(8192, 2)).toBe("é");
    expect(core.writeText("éé", 8192, 3)).toBe(-1);
  });

  it("reserve() throws OutOfMemory", async () => {
    const { core } = fakeCore(new ControlledFile(new Uint8Array(0), true));
    expect(await errorOf(() => core.reserve(100_000))).toMatchObject({ code: "OutOfMemory" });
  });
});

describe("CoreHost", () => {
  it("appends a copy, never a view on the core's memory, and remembers that it failed", async () => {
    const file = new ControlledFile(new Uint8Array(0), true);
    const { core, host } = fakeCore(file);
    core.bytes.set([1, 2, 3], READ_AT);
    let seen: ArrayBufferLike | undefined;
    const append = file.append.bind(file);
    file.append = (bytes) => {
      seen = bytes.buffer;
      return append(bytes);
    };
    expect(host.append(READ_AT, 3)).toBe(Status.OK);
    expect([...(file.appended[0] ?? [])]).toEqual([1, 2, 3]);
    expect(seen).not.toBe(core.exports.memory.buffer);
    // This file never grows: the second append lands where something else has written.
    expect(host.append(READ_AT, 3)).toBe(Status.WRITE_FAILED);
    expect(core.host.writeError).toMatchObject({ code: "LockLost" });
  });

  it("asks before each append whether it may", () => {
    const file = new ControlledFile(new Uint8Array(0), true);
    const { core, host } = fakeCore(file, {
      beforeAppend: () => {
        throw new Error("the lock is gone");
      },
    });
    expect(host.append(READ_AT, 3)).toBe(Status.WRITE_FAILED);
    expect(file.appended).toEqual([]);
    expect(core.host.writeError).toBeInstanceOf(Error);
  });
});
