import fs from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { FileIdentity, Lock } from "./contract.js";
import { DiskFileSystem } from "./disk-files.js";
import { ProtocolLocks } from "./lock-protocol.js";
import { temporaryDirectory } from "./testing/programs.js";
import { type Kernel32, WindowsLockMechanism } from "./windows-lock.js";

const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));

const identity = (device: bigint, inode: bigint) => `${device}:${inode}` as FileIdentity;

/** An imitation of the five functions: locks on byte ranges by path, as the documentation describes them. */
class ImitatedKernel implements Kernel32 {
  readonly handles = new Map<number, string>();
  readonly locks: {
    readonly handle: number;
    readonly path: string;
    readonly at: bigint;
    readonly exclusive: boolean;
  }[] = [];
  lastError = 0;
  #nextHandle = 100;

  CreateFileW(name: Uint8Array, access: number, share: number, _s: null, disposition: number, flags: number): number {
    const text = Buffer.from(name).toString("utf16le");
    expect(text.endsWith("\0")).toBe(true);
    const path = text.slice(0, -1).replaceAll("\\", "/");
    expect(share).toBe(3);
    expect(flags & 0x00200000).not.toBe(0);
    expect(access === 0x80000000 || access === 0xc0000000).toBe(true);
    if (!fs.existsSync(path)) {
      if (disposition !== 4) return this.#fail(2, -1);
      fs.writeFileSync(path, "");
    }
    this.handles.set(++this.#nextHandle, path);
    return this.#nextHandle;
  }

  LockFileEx(handle: number, flags: number, _r: number, low: number, high: number, overlapped: Uint8Array): number {
    const path = this.handles.get(handle);
    if (path === undefined) return this.#fail(6, 0);
    expect([low, high, flags & 1]).toEqual([1, 0, 1]);
    const at = new DataView(overlapped.buffer).getBigUint64(16, true);
    const exclusive = (flags & 2) !== 0;
    if (this.locks.some((lock) => lock.path === path && lock.at === at && (exclusive || lock.exclusive))) {
      return this.#fail(33, 0);
    }
    this.locks.push({ handle, path, at, exclusive });
    return 1;
  }

  UnlockFileEx(handle: number): number {
    const index = this.locks.findIndex((lock) => lock.handle === handle);
    if (index < 0) return this.#fail(158, 0);
    this.locks.splice(index, 1);
    return 1;
  }

  CloseHandle(handle: number): number {
    return this.handles.delete(handle) ? 1 : 0;
  }

  GetLastError(): number {
    return this.lastError;
  }

  #fail(error: number, result: number): number {
    this.lastError = error;
    return result;
  }
}

const files = new DiskFileSystem({
  platform: "linux",
  identity,
  sync: (descriptor) => fs.fdatasyncSync(descriptor),
  requireAccess: () => undefined,
  mayAskForFileSystem: () => true,
});

function locksOver(kernel: Kernel32): ProtocolLocks {
  const mechanism = new WindowsLockMechanism("LockFileEx (koffi)", kernel, identity);
  return new ProtocolLocks({ files, readLink: fs.readlinkSync, loadMechanism: async () => mechanism, fallback: null });
}

test("the lock excludes, tells its holder, and is released with its handle", async () => {
  const kernel = new ImitatedKernel();
  const locks = locksOver(kernel);
  const path = `${root}/c.mv2`;
  fs.writeFileSync(path, "capsule");
  const result = await locks.acquire(path, { metadata: { pid: 1 } });
  expect(result.state).toBe("held");
  expect(kernel.locks.map(({ at, exclusive }) => ({ at, exclusive }))).toEqual([
    { at: 0x7ffffffffffffffen, exclusive: true },
  ]);
  const holder = { lockfilePath: `${path}.lock`, metadata: { pid: 1 } };
  expect(await locks.acquire(path, { metadata: { pid: 2 } })).toEqual({ state: "busy", holder });
  expect(await locks.inspect(path)).toEqual({ state: "held", holder });
  (result as { lock: Lock }).lock.release();
  expect(kernel.locks).toEqual([]);
  expect(kernel.handles.size).toBe(0);
  expect(fs.readFileSync(`${path}.lock`, "utf8")).toBe("");
});

test("check() notices a replaced capsule, which isn't locked itself", async () => {
  const kernel = new ImitatedKernel();
  const path = `${root}/d.mv2`;
  fs.writeFileSync(path, "capsule");
  const result = await locksOver(kernel).acquire(path, { metadata: {} });
  const { lock } = result as { lock: Lock };
  fs.writeFileSync(`${path}.new`, "new");
  lock.replaceCapsule(`${path}.new`);
  lock.check();
  fs.writeFileSync(`${path}.other`, "other");
  fs.renameSync(`${path}.other`, path);
  expect(() => lock.check()).toThrow(expect.objectContaining({ code: "LockLost" }));
  expect(kernel.locks.length).toBe(1);
  lock.release();
});

test("errors of the system become codes, and leave no handle", () => {
  const kernel = new ImitatedKernel();
  const mechanism = new WindowsLockMechanism("LockFileEx (koffi)", kernel, identity);
  const open = (path: string) => mechanism.open(path, { create: false });
  expect(() => open(`${root}/none`)).toThrow(expect.objectContaining({ code: "NotFound" }));
  fs.writeFileSync(`${root}/e`, "");
  kernel.LockFileEx = () => {
    kernel.lastError = 87;
    return 0;
  };
  expect(() => open(`${root}/e`)).toThrow(expect.objectContaining({ code: "LockUnavailable" }));
  kernel.CreateFileW = () => {
    kernel.lastError = 5;
    return -1;
  };
  expect(() => open(`${root}/e`)).toThrow(expect.objectContaining({ code: "PermissionDenied" }));
  expect(kernel.handles.size).toBe(0);
});
