import { expect, test } from "vitest";
import { RuntimeError, type RuntimeErrorCode } from "./contract.js";
import { runtimeError, systemCodeOf, toRuntimeError, translating } from "./errors.js";

const systemError = (code: string) => Object.assign(new Error(`${code}: text`), { code });
const namedError = (name: string, message = "text") => Object.assign(new Error(message), { name });

const EXPECTED: readonly (readonly [string, RuntimeErrorCode])[] = [
  ["ENOENT", "NotFound"],
  ["EEXIST", "AlreadyExists"],
  ["EISDIR", "IsDirectory"],
  ["ENOTDIR", "NotADirectory"],
  ["ENXIO", "NotARegularFile"],
  ["ELOOP", "SymbolicLink"],
  ["ENAMETOOLONG", "InvalidPath"],
  ["ERR_INVALID_ARG_VALUE", "InvalidPath"],
  ["EACCES", "PermissionDenied"],
  ["EPERM", "PermissionDenied"],
  ["EROFS", "ReadOnlyFileSystem"],
  ["ENOSPC", "DiskFull"],
  ["EDQUOT", "DiskFull"],
  ["EFBIG", "FileTooLarge"],
  ["EMFILE", "TooManyOpenFiles"],
  ["ENFILE", "TooManyOpenFiles"],
  ["EXDEV", "CrossDevice"],
  ["EBUSY", "Busy"],
  ["EBADF", "Closed"],
  ["ENOTSUP", "NotSupported"],
  ["EIO", "IoError"],
  ["EUNKNOWN", "IoError"],
];

test.each(EXPECTED)("toRuntimeError() takes %s for %s", (system, code) => {
  const cause = systemError(system);
  const error = toRuntimeError(cause, "open", "/a b");
  expect(error).toBeInstanceOf(RuntimeError);
  expect(error).toMatchObject({ name: "RuntimeError", code, operation: "open", path: "/a b", cause });
  expect(error.message.startsWith('Cannot open "/a b": ')).toBe(true);
  expect(systemCodeOf(cause)).toBe(system);
});

test.each([
  ["NotFound", "NotFound"],
  ["AlreadyExists", "AlreadyExists"],
  ["PermissionDenied", "PermissionDenied"],
  ["FilesystemLoop", "SymbolicLink"],
  ["BadResource", "Closed"],
  ["Busy", "Busy"],
] as const)("toRuntimeError() takes Deno's error class %s for %s", (name, code) => {
  expect(toRuntimeError(namedError(name), "read", "/a").code).toBe(code);
});

test("toRuntimeError() names the flag that Deno misses, with the path where the flag takes one", () => {
  const missing = (message: string, path?: string) => toRuntimeError(namedError("NotCapable", message), "open", path);
  const write = missing('Requires write access to "/x", run again with the --allow-write flag', "/x");
  expect(write).toMatchObject({ code: "PermissionDenied", permissionFlag: "--allow-write=/x" });
  expect(write.message).toContain("Run again with --allow-write=/x");
  expect(missing("Requires env access, run again with the --allow-env flag", "/x").permissionFlag).toBe("--allow-env");
  expect(missing("Requires read access, run again with the --allow-read flag").permissionFlag).toBe("--allow-read");
  expect(missing("something else", "/x").permissionFlag).toBeUndefined();
});

test("toRuntimeError() keeps the system's words for what has no code of its own, and takes anything", () => {
  expect(toRuntimeError(systemError("EIO"), "sync", "/a").message).toBe('Cannot sync "/a": EIO: text');
  expect(toRuntimeError("text", "sync").message).toBe("Cannot sync: text");
  expect(toRuntimeError(null, "sync").code).toBe("IoError");
});

test("toRuntimeError() and translating() leave an error of ours alone", () => {
  const error = runtimeError("Busy", "lock", "/a");
  expect(toRuntimeError(error, "open", "/b")).toBe(error);
  const thrower = () => {
    throw error;
  };
  expect(() => translating("open", "/b", thrower)).toThrow(error);
  expect(translating("open", "/b", () => 5)).toBe(5);
});

test("runtimeError() shows control characters of a path escaped", () => {
  expect(runtimeError("NotFound", "open", "/a\u001b[2J").message).toContain('"/a\\u001b[2J"');
});
