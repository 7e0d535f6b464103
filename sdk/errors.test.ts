import { describe, expect, it } from "vitest";
import { runtimeError } from "../runtimes/errors.js";
import {
  abortedError,
  argumentError,
  CapsuleError,
  capsuleErrorCodes,
  describeValue,
  throwIfAborted,
} from "./errors.js";
import { toCapsuleError } from "./machine-errors.js";

describe("CapsuleError", () => {
  it("gives each code an exit code", () => {
    expect(capsuleErrorCodes.length).toBeGreaterThanOrEqual(33);
    for (const code of capsuleErrorCodes) expect([1, 2]).toContain(new CapsuleError(code, "x").exitCode);
    expect(new CapsuleError("NotFound", "x").exitCode).toBe(1);
    expect(new CapsuleError("Corrupted", "x").exitCode).toBe(2);
  });

  it("keeps hint, details and cause", () => {
    const cause = new Error("why");
    const error = new CapsuleError("IoError", "Cannot go on", { hint: "Try again.", details: { at: 1 }, cause });
    expect(error).toMatchObject({
      name: "CapsuleError",
      message: "Cannot go on",
      hint: "Try again.",
      details: { at: 1 },
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(new CapsuleError("IoError", "x")).not.toHaveProperty("cause");
  });
});

describe("toCapsuleError()", () => {
  it("gives every failure of a runtime a code, and keeps it as the cause", () => {
    const cause = runtimeError("PermissionDenied", "open", "/x", { permissionFlag: "--allow-read=/x" });
    expect(toCapsuleError(cause, 'open the capsule "/x"')).toMatchObject({
      code: "PermissionDenied",
      message: expect.stringMatching(/^Cannot open the capsule "\/x": Cannot open "\/x": permission denied/),
      hint: "Run again with --allow-read=/x.",
      details: { operation: "open", path: "/x" },
      cause,
    });
    expect(toCapsuleError(runtimeError("DiskFull", "write"), "commit").code).toBe("DiskFull");
    expect(toCapsuleError(runtimeError("SymbolicLink", "open"), "lock").code).toBe("InvalidArgument");
  });

  it("knows a runtime's error by its name, if a bundle holds the class twice", () => {
    const twin = Object.assign(new Error("no space"), { name: "RuntimeError", code: "DiskFull", operation: "append" });
    expect(toCapsuleError(twin, "commit").code).toBe("DiskFull");
  });

  it("passes its own kind through, and makes anything else an IoError", () => {
    const own = new CapsuleError("TooLarge", "x");
    expect(toCapsuleError(own, "y")).toBe(own);
    expect(toCapsuleError(new TypeError("odd"), "read")).toMatchObject({
      code: "IoError",
      message: "Cannot read: odd",
    });
    expect(toCapsuleError("odd", "read")).toMatchObject({ code: "IoError", message: "Cannot read: odd" });
  });
});

describe("argumentError()", () => {
  it("names the argument, what was expected and what was got", () => {
    expect(argumentError("limit", "a number", "ten")).toMatchObject({
      code: "InvalidArgument",
      message: 'Cannot use the argument limit: expected a number, got "ten"',
      details: { argument: "limit" },
    });
  });

  it.each([
    ["text", '"text"'],
    ["x".repeat(100), `"${"x".repeat(80)}…"`],
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
    [[1], "an array"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [new Map(), "a value of class Map"],
    [() => 1, "a function"],
    [1n, "a bigint"],
  ])("describes %o", (value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });
});

describe("abortedError()", () => {
  it("says what was ended and keeps the reason", () => {
    const signal = AbortSignal.abort("enough");
    expect(abortedError("verify", signal)).toMatchObject({ code: "Aborted", cause: "enough" });
    expect(() => throwIfAborted(signal, "verify")).toThrow("Cannot verify to its end");
    expect(() => throwIfAborted(undefined, "verify")).not.toThrow();
    expect(() => throwIfAborted(new AbortController().signal, "verify")).not.toThrow();
  });
});
