import fs from "node:fs";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import type { FileIdentity } from "./contract.js";
import { DiskFile } from "./disk-file.js";
import { temporaryDirectory } from "./testing/programs.js";

const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

let count = 0;
function openFile(sync: (descriptor: number) => void = () => undefined): DiskFile {
  const path = `${root}/${count++}`;
  const identity = (device: bigint, inode: bigint) => `${device}:${inode}` as FileIdentity;
  return new DiskFile(fs.openSync(path, "w+"), path, false, { sync, identity });
}

const content = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);

test("write() goes on after short writes until all is written", () => {
  const file = openFile();
  const real = fs.writeSync as (...args: unknown[]) => number;
  const positions: unknown[] = [];
  vi.spyOn(fs, "writeSync").mockImplementation(((
    descriptor: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    at: number,
  ) => {
    positions.push(at);
    return real(descriptor, bytes, from, Math.min(length, 300), at);
  }) as typeof fs.writeSync);
  file.write(50, content);
  expect(positions).toEqual([50, 350, 650, 950]);
  expect(file.read(50, 2000)).toEqual(content);
  file.close();
});

test("readInto() goes on after short reads until the end", () => {
  const file = openFile();
  file.write(0, content);
  const real = fs.readSync as (...args: unknown[]) => number;
  vi.spyOn(fs, "readSync").mockImplementation(((
    descriptor: number,
    bytes: Uint8Array,
    into: number,
    length: number,
    at: number,
  ) => real(descriptor, bytes, into, Math.min(length, 64), at)) as typeof fs.readSync);
  expect(file.read(10, 5000)).toEqual(content.subarray(10));
  file.close();
});

test("write() reports a disk that fills up half-way, and one that writes nothing without an error", () => {
  const file = openFile();
  const full = Object.assign(new Error("ENOSPC: no space"), { code: "ENOSPC" });
  const writes = vi
    .spyOn(fs, "writeSync")
    .mockReturnValueOnce(10)
    .mockImplementationOnce(() => {
      throw full;
    });
  expect(() => file.append(content)).toThrow(
    expect.objectContaining({ code: "DiskFull", cause: full, path: file.path }),
  );
  expect(writes).toHaveBeenCalledTimes(2);
  writes.mockReturnValue(0);
  expect(() => file.append(content)).toThrow(expect.objectContaining({ code: "DiskFull" }));
  file.close();
});

test("sync() passes on what the runtime reports", () => {
  const failure = Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  const file = openFile(() => {
    throw failure;
  });
  expect(() => file.sync()).toThrow(expect.objectContaining({ code: "IoError", operation: "sync", cause: failure }));
  file.close();
});

test("close() gives the descriptor back once, also when closing fails", () => {
  const file = openFile();
  const closes = vi.spyOn(fs, "closeSync").mockImplementationOnce(() => {
    throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  });
  expect(() => file.close()).toThrow(expect.objectContaining({ code: "IoError" }));
  file.close();
  expect(closes).toHaveBeenCalledTimes(1);
});
