/**
 * The laws of `contract.ts` as cases that any runtime can run: no test framework, no clock. `contract.script.ts` runs
 * them inside Node, Bun and Deno; `contract.test.ts` starts that and looks at each result.
 */

import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import type { FileSystem, LocalFile, OpenOptions, Runtime, RuntimeErrorCode } from "./contract.js";
import { RuntimeError } from "./contract.js";
import { encodeHex, encodeUtf8 } from "./std.js";

export interface Case {
  readonly name: string;
  /** `directory` exists, is empty, and is this case's own. */
  readonly run: (runtime: Runtime, directory: string) => void | Promise<void>;
}

/** A check for `throws` and `rejects`: a {@link RuntimeError} with this code, and the path in its message. */
export function failsWith(code: RuntimeErrorCode, path?: string) {
  return (error: unknown): true => {
    ok(error instanceof RuntimeError, `not a RuntimeError: ${String(error)}`);
    equal(error.code, code, error.message);
    if (path !== undefined) ok(error.message.includes(JSON.stringify(path)), error.message);
    return true;
  };
}

function withFile<Result>(
  { files }: Runtime,
  path: string,
  mode: OpenOptions["mode"],
  work: (file: LocalFile) => Result,
): Result {
  const file = files.open(path, { mode });
  try {
    return work(file);
  } finally {
    file.close();
  }
}

const bytes = (...values: number[]) => Uint8Array.from(values);

const fileCases: readonly Case[] = [
  {
    name: "write() puts bytes anywhere, a gap reads as zeros, and size() follows",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        equal(file.size(), 0);
        file.write(3, bytes(1, 2));
        equal(file.size(), 5);
        file.write(0, bytes(9));
        deepEqual(file.read(0, 100), bytes(9, 0, 0, 1, 2));
        file.write(7, bytes());
        equal(file.size(), 5);
      }),
  },
  {
    name: "read() and readInto() are short only at the end of the file",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        file.write(0, bytes(1, 2, 3));
        deepEqual(file.read(1, 2), bytes(2, 3));
        deepEqual(file.read(2, 5), bytes(3));
        deepEqual(file.read(3, 5), bytes());
        deepEqual(file.read(2 ** 40, 5), bytes());
        deepEqual(file.read(0, 0), bytes());
        const destination = bytes(7, 7, 7, 7, 7).subarray(1, 4);
        equal(file.readInto(2, destination), 1);
        deepEqual(destination, bytes(3, 7, 7));
        equal(file.readInto(9, destination), 0);
      }),
  },
  {
    name: "read() doesn't believe a length beyond the file",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        file.write(0, bytes(1, 2, 3));
        deepEqual(file.read(1, Number.MAX_SAFE_INTEGER), bytes(2, 3));
        deepEqual(file.read(4, 2 ** 50), bytes());
      }),
  },
  {
    name: "read() gives a fresh array that nothing else shares",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        const source = bytes(1, 2, 3);
        file.write(0, source);
        source.fill(9);
        const first = file.read(0, 3);
        deepEqual(first, bytes(1, 2, 3));
        equal(first.byteOffset, 0);
        equal(first.buffer.byteLength, 3);
        first.fill(7);
        deepEqual(file.read(0, 3), bytes(1, 2, 3));
      }),
  },
  {
    name: "write() and read() take views into the middle of a larger buffer",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        const large = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
        file.write(0, large.subarray(300, 700));
        deepEqual(file.read(0, 1000), large.slice(300, 700));
      }),
  },
  {
    name: "append() adds at the end, also at one that another handle moved, and says where",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        equal(file.append(bytes(1)), 0);
        withFile(runtime, `${directory}/a`, "write", (other) => equal(other.append(bytes(2, 3)), 1));
        equal(file.append(bytes(4)), 3);
        deepEqual(file.read(0, 9), bytes(1, 2, 3, 4));
      }),
  },
  {
    name: "truncate() cuts, and grows with zeros",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        file.write(0, bytes(1, 2, 3, 4));
        file.truncate(2);
        equal(file.size(), 2);
        file.truncate(5);
        deepEqual(file.read(0, 9), bytes(1, 2, 0, 0, 0));
      }),
  },
  {
    name: "sync() succeeds on files that were written and on files that were only read",
    run: (runtime, directory) => {
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        file.write(0, bytes(1));
        file.sync();
      });
      withFile(runtime, `${directory}/a`, "read", (file) => file.sync());
    },
  },
  {
    name: "a reading handle refuses to write",
    run: (runtime, directory) => {
      const path = `${directory}/a`;
      withFile(runtime, path, "create-exclusive", (file) => equal(file.readonly, false));
      withFile(runtime, path, "read", (file) => {
        equal(file.readonly, true);
        throws(() => file.write(0, bytes(1)), failsWith("ReadOnlyHandle", path));
        throws(() => file.append(bytes(1)), failsWith("ReadOnlyHandle", path));
        throws(() => file.truncate(0), failsWith("ReadOnlyHandle", path));
        equal(file.size(), 0);
      });
    },
  },
  {
    name: "a closed handle refuses everything but close()",
    run: (runtime, directory) => {
      const file = runtime.files.open(`${directory}/a`, { mode: "create-exclusive" });
      file.close();
      file.close();
      const calls = [
        () => file.size(),
        () => file.read(0, 1),
        () => file.readInto(0, bytes(1)),
        () => file.write(0, bytes(1)),
        () => file.append(bytes(1)),
        () => file.sync(),
        () => file.truncate(0),
        () => file.identity(),
      ];
      for (const call of calls) throws(call, failsWith("Closed", `${directory}/a`));
    },
  },
  {
    name: "offsets and lengths that are no exact counts are the caller's fault",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) {
          throws(() => file.read(wrong, 1), RangeError);
          throws(() => file.read(0, wrong), RangeError);
          throws(() => file.readInto(wrong, bytes(1)), RangeError);
          throws(() => file.write(wrong, bytes(1)), RangeError);
          throws(() => file.truncate(wrong), RangeError);
        }
      }),
  },
  {
    name: "open handles keep a file that was removed or replaced",
    run: (runtime, directory) =>
      withFile(runtime, `${directory}/a`, "create-exclusive", (file) => {
        file.write(0, bytes(1));
        runtime.files.remove(`${directory}/a`);
        runtime.files.writeFile(`${directory}/a`, bytes(2));
        deepEqual(file.read(0, 9), bytes(1));
        notEqual(file.identity(), runtime.files.stat(`${directory}/a`)?.identity);
      }),
  },
];

const openCases: readonly Case[] = [
  {
    name: "open() creates exclusively, and opens only what exists",
    run: (runtime, directory) => {
      const path = `${directory}/a`;
      for (const mode of ["read", "write"] as const) {
        throws(() => runtime.files.open(path, { mode }), failsWith("NotFound", path));
        equal(runtime.files.stat(path), null);
      }
      withFile(runtime, path, "create-exclusive", (file) => file.write(0, bytes(5)));
      throws(() => runtime.files.open(path, { mode: "create-exclusive" }), failsWith("AlreadyExists", path));
      withFile(runtime, path, "write", (file) => deepEqual(file.read(0, 9), bytes(5)));
    },
  },
  {
    name: "open() names what is in the way: a directory, a file as directory, an impossible path",
    run: (runtime, directory) => {
      const { files } = runtime;
      files.makeDirectory(`${directory}/d`);
      files.writeFile(`${directory}/f`, bytes());
      for (const mode of ["read", "write"] as const) {
        throws(() => files.open(`${directory}/d`, { mode }), failsWith("IsDirectory", `${directory}/d`));
      }
      throws(() => files.open(`${directory}/d`, { mode: "create-exclusive" }), failsWith("AlreadyExists"));
      throws(() => files.open(`${directory}/f/x`, { mode: "create-exclusive" }), failsWith("NotADirectory"));
      throws(() => files.open(`${directory}/none/x`, { mode: "create-exclusive" }), failsWith("NotFound"));
      throws(() => files.open(`${directory}/a\0b`, { mode: "create-exclusive" }), failsWith("InvalidPath"));
    },
  },
  {
    name: "identity() is equal exactly for handles and paths of the same file",
    run: (runtime, directory) => {
      const { files } = runtime;
      files.writeFile(`${directory}/a`, bytes(1));
      files.writeFile(`${directory}/b`, bytes(1));
      withFile(runtime, `${directory}/a`, "read", (first) =>
        withFile(runtime, `${directory}/a`, "write", (second) => {
          equal(first.identity(), second.identity());
          equal(first.identity(), files.stat(`${directory}/a`)?.identity);
          notEqual(first.identity(), files.stat(`${directory}/b`)?.identity);
          files.rename(`${directory}/a`, `${directory}/c`);
          equal(first.identity(), files.stat(`${directory}/c`)?.identity);
        }),
      );
    },
  },
  {
    name: "stat() tells kind, size and time, and null for nothing",
    run: (runtime, directory) => {
      const { files, environment } = runtime;
      const before = environment.now();
      files.writeFile(`${directory}/a`, bytes(1, 2, 3));
      const stat = files.stat(`${directory}/a`);
      equal(stat?.kind, "file");
      equal(stat?.sizeBytes, 3);
      ok(Number.isInteger(stat?.modifiedAtMs));
      // File systems may take the time from a coarser clock, which is behind.
      ok(Math.abs((stat?.modifiedAtMs ?? 0) - before) < 60_000);
      equal(files.stat(directory)?.kind, "directory");
      equal(files.stat(`${directory}/none`), null);
      equal(files.stat(`${directory}/a/below`), null);
    },
  },
];

const fileSystemCases: readonly Case[] = [
  {
    name: "rename() replaces a file in one step, across directories too",
    run: ({ files }, directory) => {
      files.makeDirectory(`${directory}/d`);
      files.writeFile(`${directory}/a`, bytes(1));
      files.writeFile(`${directory}/d/b`, bytes(2));
      files.rename(`${directory}/a`, `${directory}/d/b`);
      deepEqual(files.readFile(`${directory}/d/b`), bytes(1));
      equal(files.stat(`${directory}/a`), null);
      throws(() => files.rename(`${directory}/a`, `${directory}/c`), failsWith("NotFound", `${directory}/a`));
      throws(() => files.rename(`${directory}/d/b`, `${directory}/none/c`), failsWith("NotFound"));
      files.makeDirectory(`${directory}/e`);
      for (const target of ["d", "e"]) {
        const path = `${directory}/${target}`;
        throws(() => files.rename(`${directory}/d/b`, path), failsWith("IsDirectory", path));
      }
    },
  },
  {
    name: "remove() removes files only, and says whether one was there",
    run: ({ files }, directory) => {
      files.makeDirectory(`${directory}/d`);
      files.writeFile(`${directory}/a`, bytes(1));
      equal(files.remove(`${directory}/a`), true);
      equal(files.remove(`${directory}/a`), false);
      throws(() => files.remove(`${directory}/d`), failsWith("IsDirectory", `${directory}/d`));
    },
  },
  {
    name: "list() orders names by their bytes",
    run: ({ files }, directory) => {
      for (const name of ["b", "a", "B", "é", "z", "\uFFFD", "\u{1F600}", "a.b"])
        files.writeFile(`${directory}/${name}`, bytes());
      files.makeDirectory(`${directory}/a-d`);
      const entries = files.list(directory);
      deepEqual(
        entries.map(({ name }) => name),
        ["B", "a", "a-d", "a.b", "b", "z", "é", "\uFFFD", "\u{1F600}"],
      );
      deepEqual(entries[2], { name: "a-d", kind: "directory" });
      throws(() => files.list(`${directory}/none`), failsWith("NotFound", `${directory}/none`));
      throws(() => files.list(`${directory}/a`), failsWith("NotADirectory", `${directory}/a`));
    },
  },
  {
    name: "walk() visits everything in the order of the relative paths' bytes",
    run: ({ files }, directory) => {
      for (const path of ["a/x", "a/b/y", "a.txt", "a-b/z", "c"]) {
        files.makeDirectory(`${directory}/${path}`.replace(/\/[^/]*$/, ""));
        files.writeFile(`${directory}/${path}`, bytes());
      }
      const paths = [...files.walk(directory)].map((entry) => `${entry.relativePath}:${entry.kind}`);
      const expected = ["a-b:directory", "a-b/z:file", "a.txt:file", "a:directory", "a/b:directory"];
      deepEqual(paths, [...expected, "a/b/y:file", "a/x:file", "c:file"]);
      const enter = (entry: { readonly relativePath: string }) => entry.relativePath !== "a";
      deepEqual(
        [...files.walk(directory, { enter })].map(({ name }) => name),
        ["a-b", "z", "a.txt", "a", "c"],
      );
    },
  },
  {
    name: "makeDirectory() makes the missing ones above, and accepts what exists",
    run: ({ files }, directory) => {
      files.makeDirectory(`${directory}/a/b/c`);
      files.makeDirectory(`${directory}/a/b`);
      equal(files.stat(`${directory}/a/b/c`)?.kind, "directory");
      files.writeFile(`${directory}/f`, bytes(1));
      throws(() => files.makeDirectory(`${directory}/f`), failsWith("NotADirectory"));
      throws(() => files.makeDirectory(`${directory}/f/g`), failsWith("NotADirectory"));
    },
  },
  {
    name: "readFile() gives all bytes within its limit",
    run: ({ files }, directory) => {
      const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7) & 255);
      files.writeFile(`${directory}/a`, content);
      deepEqual(files.readFile(`${directory}/a`), content);
      deepEqual(files.readFile(`${directory}/a`, { maxBytes: 200_000 }), content);
      throws(() => files.readFile(`${directory}/a`, { maxBytes: 199_999 }), failsWith("FileTooLarge"));
      throws(() => files.readFile(`${directory}/none`), failsWith("NotFound", `${directory}/none`));
    },
  },
  {
    name: "writeFile() replaces whole files and leaves nothing beside them, failing or not",
    run: ({ files }, directory) => {
      files.writeFile(`${directory}/a`, bytes(1, 2, 3));
      files.writeFile(`${directory}/a`, bytes(4));
      deepEqual(files.readFile(`${directory}/a`), bytes(4));
      files.makeDirectory(`${directory}/d`);
      throws(() => files.writeFile(`${directory}/d`, bytes(1)), failsWith("IsDirectory"));
      throws(() => files.writeFile(`${directory}/none/a`, bytes(1)), failsWith("NotFound"));
      deepEqual(
        files.list(directory).map(({ name }) => name),
        ["a", "d"],
      );
    },
  },
  {
    name: "realPath() is absolute, and only of what exists",
    run: ({ files }, directory) => {
      files.writeFile(`${directory}/a`, bytes());
      equal(files.realPath(`${directory}/./a`), `${files.realPath(directory)}/a`);
      throws(() => files.realPath(`${directory}/none`), failsWith("NotFound", `${directory}/none`));
    },
  },
  {
    name: "syncDirectory() succeeds on a directory and fails on nothing",
    run: ({ files }, directory) => {
      files.syncDirectory(directory);
      throws(() => files.syncDirectory(`${directory}/none`), failsWith("NotFound", `${directory}/none`));
    },
  },
];

const environmentCases: readonly Case[] = [
  {
    name: "sha256() gives the vector of FIPS 180-2 in any pieces",
    run: ({ environment }) => {
      const message = encodeUtf8("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
      const expected = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
      for (const piece of [1, 7, 56]) {
        const hash = environment.sha256();
        for (let at = 0; at < message.length; at += piece) hash.update(message.subarray(at, at + piece));
        equal(encodeHex(hash.digest()), expected);
      }
    },
  },
  {
    name: "randomBytes() fills all of any length, differently each time",
    run: ({ environment }) => {
      equal(environment.randomBytes(0).length, 0);
      const large = environment.randomBytes(200_000);
      equal(large.length, 200_000);
      for (let at = 0; at < large.length; at += 4000) ok(large.subarray(at, at + 64).some((byte) => byte !== 0));
      notEqual(encodeHex(environment.randomBytes(16)), encodeHex(environment.randomBytes(16)));
    },
  },
  {
    name: "now() is whole milliseconds, and what isn't permitted is null or undefined",
    run: ({ environment }) => {
      ok(Number.isInteger(environment.now()) && environment.now() > 1.6e12);
      const { processId } = environment;
      ok(processId === null || Number.isInteger(processId));
      for (const text of [environment.hostName(), environment.userName(), environment.homeDirectory()]) {
        ok(text === null || text.length > 0);
      }
      equal(environment.variable("SPECKIT_SURELY_UNSET"), undefined);
    },
  },
  {
    name: "runProgram() rejects with a code when it can't",
    run: async ({ environment }) => {
      await rejects(environment.runProgram("speckit-no-such-program", []), (error: unknown) => {
        ok(error instanceof RuntimeError, String(error));
        return ["NotFound", "PermissionDenied", "NotSupported"].includes(error.code);
      });
    },
  },
];

/** What every runtime must pass, the one in memory too. */
export const CONTRACT_CASES: readonly Case[] = [...fileCases, ...openCases, ...fileSystemCases, ...environmentCases];

/** Runs each case in a directory of its own; the failures by name, empty if all pass. */
export async function runCases(
  runtime: Runtime,
  cases: readonly Case[],
  makeCaseDirectory: (files: FileSystem, index: number) => string,
): Promise<{ readonly name: string; readonly failure: string | null }[]> {
  const results: { name: string; failure: string | null }[] = [];
  for (const [index, { name, run }] of cases.entries()) {
    let failure: string | null = null;
    try {
      await run(runtime, makeCaseDirectory(runtime.files, index));
    } catch (error) {
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    results.push({ name, failure });
  }
  return results;
}
