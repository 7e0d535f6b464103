import { describe, expect, it } from "vitest";
import { isSearchableText, isWholeContent, nextPiece, piecesOf, TextSniffer } from "./content.js";
import { mediaTypeOf } from "./media-types.js";
import { errorOf } from "./testing/fixtures.js";

describe("TextSniffer", () => {
  const text = new TextEncoder().encode("aé€😀z");

  it("accepts UTF-8 wherever it is cut", () => {
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const sniffer = new TextSniffer();
        for (const piece of [text.slice(0, first), text.slice(first, second), text.slice(second)]) sniffer.add(piece);
        expect(sniffer.finish()).toBe(true);
      }
    }
  });

  it("refuses NUL, a stray byte and an unfinished character", () => {
    for (const bytes of [[0], [0x61, 0], [0xff], [0x80], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98]]) {
      const sniffer = new TextSniffer();
      sniffer.add(Uint8Array.from(bytes));
      expect(sniffer.finish()).toBe(false);
      expect(isSearchableText(Uint8Array.from(bytes))).toBe(false);
    }
  });

  it("looks beyond the first mebibyte", () => {
    const long = new Uint8Array(2_500_000).fill(0x61);
    expect(isSearchableText(long)).toBe(true);
    long[2_400_000] = 0;
    expect(isSearchableText(long)).toBe(false);
  });
});

describe("piecesOf()", () => {
  it("reads streams and iterables", async () => {
    const bytes = Uint8Array.of(1);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    for (const source of [
      stream,
      (async function* () {
        yield bytes;
      })(),
    ]) {
      const pieces = piecesOf(source);
      expect(await nextPiece(pieces)).toBe(bytes);
      expect(await nextPiece(pieces)).toBeNull();
    }
  });

  it("refuses what gives no bytes", async () => {
    for (const source of [5, null, {}, [1], new ArrayBuffer(1)]) {
      expect(await errorOf(() => piecesOf(source as never))).toMatchObject({ code: "InvalidArgument" });
    }
    const texts = piecesOf(
      (async function* () {
        yield "text" as never;
      })(),
    );
    expect(await errorOf(nextPiece(texts))).toMatchObject({ code: "InvalidArgument" });
  });
});

describe("isWholeContent()", () => {
  it("is true for bytes and for strings that survive UTF-8", async () => {
    expect(isWholeContent("text")).toBe(true);
    expect(isWholeContent(new Uint8Array(1))).toBe(true);
    expect(isWholeContent(new ReadableStream())).toBe(false);
    expect(await errorOf(() => isWholeContent("\ud800"))).toMatchObject({ code: "InvalidArgument" });
  });
});

describe("mediaTypeOf()", () => {
  it.each([
    ["a/plan.md", "text/markdown"],
    ["a/PLAN.MD", "text/markdown"],
    ["mv2://w/s/r/artifact/a.b/data.json", "application/json"],
    ["a.b/data", "application/octet-stream"],
    ["x.constructor", "application/octet-stream"],
    ["x.", "application/octet-stream"],
    ["x", "application/octet-stream"],
  ])("of %s is %s", (path, expected) => {
    expect(mediaTypeOf(path)).toBe(expected);
  });
});
