import fs from "node:fs";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { networkFileSystem } from "./network-file-systems.js";
import { runtime } from "./node.js";
import { temporaryDirectory } from "./testing/programs.js";

const { files } = runtime;
const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const systemError = (code: string) => Object.assign(new Error(`${code}: text`), { code });

/** The calls of `node:fs` that `work` makes, in order. */
function callsOf(
  names: readonly ("renameSync" | "fsyncSync" | "openSync" | "fdatasyncSync")[],
  work: () => void,
): string[] {
  const calls: string[] = [];
  for (const name of names) {
    const real = fs[name] as (...args: unknown[]) => unknown;
    vi.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
      calls.push(name === "openSync" ? `open ${String(args[0]).slice(root.length)}` : name);
      return real(...args);
    }) as never);
  }
  work();
  vi.restoreAllMocks();
  return calls;
}

test("rename() syncs both directories after it moved the file", () => {
  fs.mkdirSync(`${root}/from`);
  fs.mkdirSync(`${root}/to`);
  fs.writeFileSync(`${root}/from/a`, "");
  const calls = callsOf(["renameSync", "openSync", "fsyncSync"], () => files.rename(`${root}/from/a`, `${root}/to/b`));
  expect(calls).toEqual(["renameSync", "open /to", "fsyncSync", "open /from", "fsyncSync"]);
});

test("writeFile() syncs the new file before it renames it", () => {
  const calls = callsOf(["renameSync", "fdatasyncSync", "fsyncSync"], () =>
    files.writeFile(`${root}/w`, new Uint8Array(1)),
  );
  expect(calls).toEqual(["fdatasyncSync", "renameSync", "fsyncSync"]);
});

test("syncDirectory() passes over file systems without such a call, and nothing else", () => {
  const sync = vi.spyOn(fs, "fsyncSync").mockImplementation(() => {
    throw systemError("EINVAL");
  });
  files.syncDirectory(root);
  sync.mockImplementation(() => {
    throw systemError("EIO");
  });
  expect(() => files.syncDirectory(root)).toThrow(expect.objectContaining({ code: "IoError" }));
});

test("writeFile() keeps the old content and no temporary file when the disk is full", () => {
  files.writeFile(`${root}/full`, Uint8Array.of(1));
  vi.spyOn(fs, "writeSync").mockImplementation(() => {
    throw systemError("ENOSPC");
  });
  expect(() => files.writeFile(`${root}/full`, Uint8Array.of(2))).toThrow(
    expect.objectContaining({ code: "DiskFull" }),
  );
  expect(files.readFile(`${root}/full`)).toEqual(Uint8Array.of(1));
  expect(fs.readdirSync(root).filter((name) => name.startsWith("full"))).toEqual(["full"]);
});

test("open() refuses a pipe at once instead of waiting for its other end", async () => {
  const { execFileSync } = await import("node:child_process");
  execFileSync("mkfifo", [`${root}/pipe`]);
  for (const mode of ["read", "write"] as const) {
    const refused = expect.objectContaining({ code: "NotARegularFile", path: `${root}/pipe` });
    expect(() => files.open(`${root}/pipe`, { mode })).toThrow(refused);
  }
});

test.runIf(process.platform === "linux")("networkKind() tells what holds a path", () => {
  expect(files.networkKind(root)).toBe(networkFileSystem(fs.statfsSync(root).type));
  vi.spyOn(fs, "statfsSync").mockReturnValue({ type: 0x6969 } as never);
  expect(files.networkKind(root)).toBe("nfs");
  vi.restoreAllMocks();
  expect(() => files.networkKind(`${root}/none`)).toThrow(expect.objectContaining({ code: "NotFound" }));
});
