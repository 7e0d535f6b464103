import { createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeHex, encodeUtf8 } from "../../runtimes/std.js";
import { AgeHost } from "../testing/age-host.js";
import { noise } from "../testing/storage-harness.js";

let host: AgeHost;
beforeAll(async () => {
  host = await AgeHost.create();
});

describe("hashFinish() and hmacFinish()", () => {
  test("agree with another implementation at every boundary", () => {
    const hash = 4096;
    const other = 8192;
    for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000]) {
      const text = noise(length, length + 1);
      const at = host.put(16384, text);
      const [inner, outer, out] = [host.base + hash, host.base + other, host.base + 64];
      host.core.hashStart(inner);
      host.core.hashUpdate(inner, at, length >> 1);
      host.core.hashUpdate(inner, at + (length >> 1), length - (length >> 1));
      host.core.hashFinish(inner, out);
      expect(encodeHex(host.take(64, 32))).toBe(createHash("sha256").update(text).digest("hex"));
      host.core.hmacKey(inner, outer, at, length);
      host.core.hashUpdate(inner, at, length);
      host.core.hmacFinish(inner, outer, out);
      expect(encodeHex(host.take(64, 32))).toBe(createHmac("sha256", text).update(text).digest("hex"));
    }
  });
});

describe("scrypt()", () => {
  // RFC 7914, section 12. The fourth vector takes 1 GiB and seconds.
  test.each([
    [
      "",
      "",
      4,
      1,
      1,
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
    ],
    [
      "password",
      "NaCl",
      10,
      8,
      16,
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    ],
    [
      "pleaseletmein",
      "SodiumChloride",
      14,
      8,
      1,
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    ],
  ])("gives the vector of RFC 7914 for %j", (password, salt, workFactor, r, p, expected) => {
    expect(encodeHex(host.scrypt(encodeUtf8(password), encodeUtf8(salt), workFactor, r, p, 64))).toBe(expected);
  });

  test("agrees with another implementation for any input", () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
    const small = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(
        bytes(200),
        bytes(100),
        small(7),
        small(9),
        small(3),
        small(100),
        (password, salt, n, r, p, length) => {
          // Node refuses N = 2^(128 r / 8) and more, as the RFC says.
          const expected = scryptSync(password, salt, length, { N: 2 ** n, r, p });
          expect(Buffer.compare(host.scrypt(password, salt, n, r, p, length), expected)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("gives its memory back and leaves no trace of the password's key", () => {
    const before = host.core.chunkBytesInUse();
    const password = noise(40, 5);
    const block = pbkdf2Sync(password, "salt", 1, 1024, "sha256");
    const diagonal = Buffer.concat([0, 20, 40, 60].map((at) => block.subarray(at, at + 4)));
    host.scrypt(password, encodeUtf8("salt"), 8, 8, 1, 32);
    host.put(0, new Uint8Array(4096));
    expect(host.core.chunkBytesInUse()).toBe(before);
    const padded = Buffer.alloc(64);
    padded.set(password);
    const memory = Buffer.from(host.core.memory.buffer);
    expect(memory.includes(Buffer.from(password))).toBe(false);
    expect(memory.includes(Buffer.from(padded.map((byte) => byte ^ 0x36)))).toBe(false);
    expect(memory.includes(Buffer.from(padded.map((byte) => byte ^ 0x5c)))).toBe(false);
    expect(memory.includes(block.subarray(0, 16))).toBe(false);
    expect(memory.includes(diagonal)).toBe(false);
  });

  test("knows its answer", () => {
    expect(host.core.scryptKnowsAnswer()).toBe(1);
  });
});
