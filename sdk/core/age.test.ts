import { scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../runtimes/std.js";
import { errorOf } from "../testing/fixtures.js";
import { CHUNK_BYTES, deriveScryptKey, PayloadCipher, TAG_BYTES } from "./age.js";
import type { CoreExports } from "./exports.js";
import { instantiateCore } from "./module.js";
import { Status } from "./status.js";

const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const noFile = () => Status.READ_FAILED;
const real = () => instantiateCore({ read: noFile, append: noFile, write: noFile });
const withAnswer = (name: "ageSetKey" | "ageScrypt", status: number) => (): CoreExports => ({
  ...real(),
  [name]: () => status,
});

describe("PayloadCipher", () => {
  it("encrypts and decrypts in place, and refuses another chunk, another length, another mark", () => {
    const cipher = new PayloadCipher(key);
    cipher.buffer.set(encodeUtf8("some text"));
    const length = cipher.seal(9, 7, false);
    expect(length).toBe(9 + TAG_BYTES);
    const sealed = cipher.buffer.slice(0, length);
    for (const [bytes, chunk, isLast] of [
      [length, 6, false],
      [length, 7, true],
      [length - 1, 7, false],
    ] as const) {
      cipher.buffer.set(sealed);
      expect(cipher.open(bytes, chunk, isLast)).toBe(-1);
      expect(cipher.buffer.subarray(0, bytes - TAG_BYTES).every((byte) => byte === 0)).toBe(true);
    }
    cipher.buffer.set(sealed);
    expect(cipher.open(length, 7, false)).toBe(9);
    expect(cipher.buffer.slice(0, 9)).toEqual(encodeUtf8("some text"));
    cipher.destroy();
  });

  it("refuses what can't be a chunk", async () => {
    const cipher = new PayloadCipher(key);
    expect((await errorOf(() => cipher.seal(CHUNK_BYTES + 1, 0, true))).code).toBe("CoreFault");
    expect((await errorOf(() => cipher.open(TAG_BYTES - 1, 0, true))).code).toBe("CoreFault");
  });

  it("forgets key and bytes when it is destroyed", async () => {
    let exports: CoreExports | undefined;
    const cipher = new PayloadCipher(key, () => {
      exports = real();
      return exports;
    });
    cipher.buffer.set(encodeUtf8("a secret of the payload"));
    const memory = () => Buffer.from((exports as CoreExports).memory.buffer);
    expect(memory().includes(Buffer.from(key))).toBe(true);
    cipher.destroy();
    cipher.destroy();
    expect(memory().includes(Buffer.from(key))).toBe(false);
    expect(memory().includes("a secret of the payload")).toBe(false);
    expect((await errorOf(() => cipher.seal(1, 0, true))).code).toBe("Closed");
  });

  it("takes no key when the cipher fails its known answer", async () => {
    const error = await errorOf(() => new PayloadCipher(key, withAnswer("ageSetKey", Status.WRONG_STATE)));
    expect(error).toMatchObject({ code: "CoreFault", message: expect.stringMatching(/known answer/) });
  });
});

describe("deriveScryptKey()", () => {
  it("agrees with another implementation, and wipes what it was given in the core", () => {
    const passphrase = encodeUtf8("correct horse battery staple");
    const salt = encodeUtf8("age-encryption.org/v1/scrypt0123456789abcdef");
    let exports: CoreExports | undefined;
    const derived = deriveScryptKey(passphrase, salt, 12, () => {
      exports = real();
      return exports;
    });
    expect(Buffer.from(derived)).toEqual(scryptSync(passphrase, salt, 32, { N: 4096, r: 8, p: 1 }));
    const memory = Buffer.from((exports as unknown as CoreExports).memory.buffer);
    expect(memory.includes(Buffer.from(passphrase))).toBe(false);
    expect(memory.includes(Buffer.from(derived))).toBe(false);
  });

  it("says so when memory is exhausted or the core computes wrongly", async () => {
    const derive = (status: number) => errorOf(() => deriveScryptKey(key, key, 2, withAnswer("ageScrypt", status)));
    expect((await derive(Status.OUT_OF_MEMORY)).code).toBe("OutOfMemory");
    expect(await derive(Status.WRONG_STATE)).toMatchObject({
      code: "CoreFault",
      message: expect.stringMatching(/known answer/),
    });
  });
});
