import { describe, expect, it } from "vitest";
import { type FailureRecord, failureCauses, failureSentence, readFailure, statusError } from "./failures.js";
import { Status } from "./status.js";

const NO_HASH = "00".repeat(32);
const nothing: FailureRecord = {
  cause: "NONE",
  offset: 0,
  expected: 0,
  found: 0,
  expectedHash: NO_HASH,
  foundHash: NO_HASH,
};

describe("readFailure()", () => {
  it("reads the layout that asm/failure.ts states", () => {
    const memory = new Uint8Array(128);
    const view = new DataView(memory.buffer);
    view.setInt32(16, Status.CORRUPT, true);
    view.setInt32(20, failureCauses.FRAME_HASH[0], true);
    view.setFloat64(24, 8192, true);
    view.setFloat64(32, 1, true);
    view.setFloat64(40, 2, true);
    memory.fill(0xab, 48, 80);
    memory.fill(0xcd, 80, 112);
    expect(readFailure(memory, 16)).toEqual({
      cause: "FRAME_HASH",
      offset: 8192,
      expected: 1,
      found: 2,
      expectedHash: "ab".repeat(32),
      foundHash: "cd".repeat(32),
    });
  });

  it("gives UNKNOWN for a number that it has no name for", () => {
    const memory = new Uint8Array(96);
    new DataView(memory.buffer).setInt32(4, 9999, true);
    expect(readFailure(memory, 0).cause).toBe("UNKNOWN");
  });
});

describe("failureSentence()", () => {
  it("leaves no placeholder in any sentence", () => {
    for (const cause of Object.keys(failureCauses) as (keyof typeof failureCauses)[]) {
      expect(failureSentence({ ...nothing, cause })).not.toMatch(/[{}]/);
    }
  });

  it("names hashes by their beginning", () => {
    const sentence = failureSentence({
      ...nothing,
      cause: "FRAME_HASH",
      expectedHash: "04d7".repeat(16),
      foundHash: "9f2c".repeat(16),
    });
    expect(sentence).toBe("a frame's hash is 9f2c9f2c9f2c9f2c…, expected 04d704d704d704d7…");
  });
});

describe("statusError()", () => {
  it("says where the file is damaged and what to do", () => {
    const error = statusError(Status.CORRUPT, { ...nothing, cause: "MARK", offset: 8192 }, "read frame 17");
    expect(error).toMatchObject({ code: "Corrupted", exitCode: 2, details: { offset: 8192, reason: "MARK" } });
    expect(error.message).toBe(
      "Cannot read frame 17: at offset 8192, a mark does not agree with the commit that it names",
    );
    expect(error.hint).toMatch(/doctor --deep/);
  });

  it("tells an age file from other foreign files", () => {
    expect(statusError(Status.FOREIGN_FORMAT, { ...nothing, cause: "FOREIGN_AGE" }, "open it").code).toBe(
      "EncryptedCapsule",
    );
    expect(statusError(Status.FOREIGN_FORMAT, { ...nothing, cause: "FOREIGN_MEMVID" }, "open it")).toMatchObject({
      code: "ForeignFormat",
      message: "Cannot open it: it is a file of Memvid 2",
    });
  });

  it("names both versions", () => {
    const error = statusError(Status.VERSION_MISMATCH, { ...nothing, expected: 1, found: 2 }, "open it");
    expect(error).toMatchObject({ code: "VersionMismatch", details: { expected: 1, found: 2 } });
    expect(error.message).toMatch(/format version 2, this reader knows 1/);
  });

  it("gives every status a code", () => {
    for (const status of Object.values(Status)) {
      if (status >= 0) continue;
      expect(statusError(status, nothing, "go on").code).toMatch(/^[A-Z]/);
    }
    expect(statusError(Status.WRONG_STATE, nothing, "go on").code).toBe("CoreFault");
    expect(
      statusError(Status.LIMIT_EXCEEDED, { ...nothing, cause: "TITLE_LENGTH", expected: 4096, found: 5000 }, "store x")
        .message,
    ).toBe("Cannot store x: the title has 5000 bytes, at most 4096 are allowed");
  });
});
