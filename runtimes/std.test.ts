import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareBytes,
  compareUtf8,
  concatBytes,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  decodeUtf8Lossy,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
  tryDecodeUtf8,
} from "./std.js";

const bytes = fc.uint8Array({ maxLength: 200 });

describe("UTF-8", () => {
  test("decodeUtf8() gives back what encodeUtf8() took, a byte order mark included", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => decodeUtf8(encodeUtf8(text)) === text));
    expect(decodeUtf8(encodeUtf8("\uFEFFa"))).toBe("\uFEFFa");
  });

  test("decodeUtf8() refuses overlong forms, surrogates and cut sequences", () => {
    for (const bad of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xe2, 0x82],
      [0xf4, 0x90, 0x80, 0x80],
    ]) {
      expect(() => decodeUtf8(Uint8Array.from(bad))).toThrow(TypeError);
      expect(tryDecodeUtf8(Uint8Array.from(bad))).toBeNull();
    }
    expect(decodeUtf8Lossy(Uint8Array.of(0x61, 0xe2, 0x82))).toBe("a\uFFFD");
  });
});

describe("bytes", () => {
  test("compareUtf8() orders as the UTF-8 bytes do", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "\uFFFD", "\uE000", "\u{10000}", "😀") });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(compareBytes(encodeUtf8(a), encodeUtf8(b))));
      }),
    );
    expect("\u{10000}" < "\uFFFD").toBe(true);
    expect(compareUtf8("\u{10000}", "\uFFFD")).toBeGreaterThan(0);
  });

  test("compareBytes() puts a prefix first and 0xff last", () => {
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
    expect(compareBytes(Uint8Array.of(255), Uint8Array.of(1, 0))).toBeGreaterThan(0);
    expect(compareBytes(Uint8Array.of(7), Uint8Array.of(7))).toBe(0);
  });

  test("concatBytes() and equalBytes() agree with the parts", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const joined = concatBytes(a, b);
        expect(equalBytes(joined.subarray(0, a.length), a) && equalBytes(joined.subarray(a.length), b)).toBe(true);
      }),
    );
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  });
});

describe("hexadecimal and Base64", () => {
  test("encodeHex() and decodeHex() are inverse", () => {
    fc.assert(fc.property(bytes, (data) => equalBytes(decodeHex(encodeHex(data)), data)));
    expect(encodeHex(Uint8Array.of(0, 0x9f, 0xff))).toBe("009fff");
    expect(decodeHex("AbcD")).toEqual(Uint8Array.of(0xab, 0xcd));
    for (const bad of ["0", "0g", "0x", " 00"]) expect(() => decodeHex(bad)).toThrow(SyntaxError);
  });

  test("encodeBase64() gives the vectors of RFC 4648 and what Buffer gives", () => {
    const vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    vectors.forEach((expected, length) => {
      expect(encodeBase64(encodeUtf8("foobar".slice(0, length)))).toBe(expected);
    });
    fc.assert(
      fc.property(bytes, (data) => {
        expect(encodeBase64(data)).toBe(Buffer.from(data).toString("base64"));
        expect(encodeBase64(data, { alphabet: "url", padding: false })).toBe(Buffer.from(data).toString("base64url"));
      }),
    );
  });

  test("decodeBase64() is the inverse, and refuses every other spelling", () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom("standard", "url"), fc.boolean(), (data, alphabet, padding) => {
        expect(decodeBase64(encodeBase64(data, { alphabet, padding }), { alphabet, padding })).toEqual(data);
      }),
    );
    for (const bad of ["Zg", "Zg=", "Z===", "Zh==", "Zm9=", "Zm 9", "Zm9-", "=Zm9", "Zg==Zg==", "Zmé="]) {
      expect(() => decodeBase64(bad), bad).toThrow(SyntaxError);
    }
    expect(() => decodeBase64("Zg==", { padding: false })).toThrow(SyntaxError);
  });

  test("decodeBase64() accepts exactly what encodes to it again", () => {
    const text = fc.string({ unit: fc.constantFrom("A", "Q", "g", "w", "=", "+"), maxLength: 8 });
    fc.assert(
      fc.property(text, (spelling) => {
        let decoded: Uint8Array;
        try {
          decoded = decodeBase64(spelling);
        } catch {
          return;
        }
        expect(encodeBase64(decoded)).toBe(spelling);
      }),
    );
  });
});
