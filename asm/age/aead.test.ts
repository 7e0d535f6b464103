import { readFileSync } from "node:fs";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeHex } from "../../runtimes/std.js";
import { AgeHost } from "../testing/age-host.js";
import { noise } from "../testing/storage-harness.js";
import { generate } from "./generate-aead.mjs";

let host: AgeHost;
let debugHost: AgeHost;
beforeAll(async () => {
  host = await AgeHost.create();
  debugHost = await AgeHost.create({ debug: true });
});

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
/** Lengths around the kernel's groups, its blocks, Poly1305's blocks, and a chunk. */
const LENGTHS = [0, 16, 64, 128, 192, 256, 320, 384, 576, 768, 65472, 65536].flatMap((length) =>
  [-1, 0, 1].map((difference) => length + difference).filter((n) => n >= 0),
);

test("aead-kernel.ts is what the generator writes", () => {
  expect(readFileSync(new URL("./aead-kernel.ts", import.meta.url), "utf8")).toBe(generate());
});

describe("cipherBlocks()", () => {
  test("gives the key stream of RFC 8439, 2.3.2 and 2.4.2", () => {
    const state = bytesOf(
      `657870616e642033322d62797465206b 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f
       01000000 000000090000004a00000000`,
    );
    const at = host.put(0, state);
    host.put(64, new Uint8Array(64));
    host.core.cipherBlocks(at, at + 64, 1);
    expect(encodeHex(host.take(64, 64))).toBe(
      "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
    );
  });

  test("agrees with cipherGroups()", () => {
    const state = noise(64, 3);
    const text = noise(192 * 5, 4);
    const at = host.put(0, state);
    host.put(64, text);
    host.core.cipherGroups(at, at + 64, 5);
    const grouped = host.take(0, 64 + text.length);
    host.put(0, state);
    host.put(64, text);
    host.core.cipherBlocks(at, at + 64, 15);
    expect(host.take(0, 64 + text.length)).toEqual(grouped);
  });
});

describe("polyFinish()", () => {
  const tag = (key: Uint8Array, message: Uint8Array) => {
    const poly = host.base + 4096;
    host.core.polyStart(poly, host.put(0, key));
    host.core.polyPadded(poly, host.put(64, message), message.length);
    host.core.polyFinish(poly, host.base + 8192);
    return encodeHex(host.take(8192, 16));
  };

  // Vectors 1, 2, 7 to 9 and 11 of RFC 8439, appendix A.3: those of whole blocks.
  test.each([
    ["00".repeat(32), "00".repeat(64), "00".repeat(16)],
    [`02${"00".repeat(31)}`, "ff".repeat(16), `03${"00".repeat(15)}`],
    [`02${"00".repeat(15)}${"ff".repeat(16)}`, `02${"00".repeat(15)}`, `03${"00".repeat(15)}`],
    [`01${"00".repeat(31)}`, `${"ff".repeat(16)}f0${"ff".repeat(15)}11${"00".repeat(15)}`, `05${"00".repeat(15)}`],
    [`01${"00".repeat(31)}`, `${"ff".repeat(16)}fb${"fe".repeat(15)}${"01".repeat(16)}`, "00".repeat(16)],
    [`02${"00".repeat(31)}`, `fd${"ff".repeat(15)}`, `fa${"ff".repeat(15)}`],
  ])("gives the tag of RFC 8439, A.3, for key %s", (key, message, expected) => {
    expect(tag(bytesOf(key), bytesOf(message))).toBe(expected);
  });
});

describe("seal() and open()", () => {
  test("agree with another implementation at every boundary, released and debugged, at any alignment", () => {
    for (const [i, length] of LENGTHS.entries()) {
      const [key, nonce, text] = [noise(32, i + 1), noise(12, i + 2), noise(length, i + 3)];
      const expected = chacha20poly1305(key, nonce).encrypt(text);
      for (const each of [host, debugHost]) {
        expect(Buffer.compare(each.seal(key, nonce, text, i % 16), expected), `${length} bytes`).toBe(0);
        const { text: opened } = each.open(key, nonce, expected, (i * 3) % 16);
        expect(opened !== null && Buffer.compare(opened, text), `${length} bytes`).toBe(0);
      }
    }
  });

  test("agree with another implementation for any input", () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), bytes(0, 2000), (key, nonce, text) => {
        const sealed = host.seal(key, nonce, text);
        expect(sealed).toEqual(chacha20poly1305(key, nonce).encrypt(text));
        expect(host.open(key, nonce, sealed).text).toEqual(text);
      }),
      { numRuns: 300 },
    );
  });

  test("agree where every word is full, which carries most", () => {
    for (const length of [16, 191, 192, 400, 65536]) {
      const [key, nonce] = [new Uint8Array(32).fill(255), new Uint8Array(12).fill(255)];
      const text = chacha20poly1305(key, nonce).encrypt(new Uint8Array(length).fill(255)).subarray(0, length);
      expect(Buffer.compare(host.seal(key, nonce, text), chacha20poly1305(key, nonce).encrypt(text))).toBe(0);
    }
  });

  test("refuse every flipped bit, and leave nothing of the text", () => {
    const [key, nonce, text] = [noise(32), noise(12), noise(417)];
    const sealed = host.seal(key, nonce, text);
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const altered = sealed.slice();
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { text: opened, left } = host.open(key, nonce, altered);
      expect(opened, `bit ${bit}`).toBeNull();
      expect(left.every((byte) => byte === 0)).toBe(true);
    }
    expect(host.open(key, nonce, sealed).text).toEqual(text);
  });
});

describe("sealChunk() and openChunk()", () => {
  const nonceOf = (chunk: bigint, isLast: boolean) => {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(3, chunk);
    nonce[11] = isLast ? 1 : 0;
    return nonce;
  };

  test("number chunks as the specification does", () => {
    const [key, text] = [noise(32, 9), noise(500, 8)];
    expect(host.core.setKey(host.put(0, key))).toBe(1);
    for (const chunk of [0n, 1n, 255n, 256n, 2n ** 32n, 2n ** 53n - 1n]) {
      for (const isLast of [false, true]) {
        const at = host.put(64, text);
        host.core.sealChunk(at, text.length, chunk, isLast ? 1 : 0);
        const sealed = host.take(64, text.length + 16);
        expect(sealed).toEqual(chacha20poly1305(key, nonceOf(chunk, isLast)).encrypt(text));
        host.put(64, sealed);
        expect(host.core.openChunk(at, text.length, chunk, isLast ? 0 : 1)).toBe(0);
        host.put(64, sealed);
        expect(host.core.openChunk(at, text.length, chunk + 1n, isLast ? 1 : 0)).toBe(0);
        host.put(64, sealed);
        expect(host.core.openChunk(at, text.length, chunk, isLast ? 1 : 0)).toBe(1);
        expect(host.take(64, text.length)).toEqual(text);
      }
    }
  });

  test("leave no trace of the key once it is wiped", () => {
    const key = noise(32, 77);
    host.core.setKey(host.put(0, key));
    host.core.sealChunk(host.put(64, noise(500)), 500, 0n, 1);
    host.put(0, new Uint8Array(1024));
    const holdsKey = () => Buffer.from(host.core.memory.buffer).includes(Buffer.from(key));
    expect(holdsKey()).toBe(true);
    host.core.wipeKey();
    expect(holdsKey()).toBe(false);
  });
});
