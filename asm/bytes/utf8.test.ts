import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

interface Exports {
  memory: WebAssembly.Memory;
  validUtf8(source: number, length: number): number;
}

const AT = (1 << 20) + 1;
let core: Exports;
let bytes: Uint8Array;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/bytes/utf8.ts");
  bytes = new Uint8Array(core.memory.buffer);
});

/** What surrounds the input would complete, or break, anything that is read beyond it. */
function valid(input: ArrayLike<number>, around: number): boolean {
  bytes.fill(around, AT - 8, AT + input.length + 80);
  bytes.set(input, AT);
  return core.validUtf8(AT, input.length) === 1;
}

const decoder = new TextDecoder("utf-8", { fatal: true });
function reference(input: Uint8Array): boolean {
  try {
    decoder.decode(input);
    return true;
  } catch {
    return false;
  }
}

test("validUtf8() agrees with TextDecoder on every pair of bytes, continued", () => {
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      for (const tail of [[], [0x80], [0x80, 0xbf], [0xbf, 0xc0], [0x41, 0x80]]) {
        const input = Uint8Array.from([first, second, ...tail]);
        if (valid(input, 0x80) !== reference(input)) throw new Error(`differs on ${input}`);
      }
    }
  }
});

test("validUtf8() agrees with TextDecoder on text with damage anywhere", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 }).map((string) => new TextEncoder().encode(string));
  const ascii = fc.nat(200).map((length) => new Uint8Array(length).fill(0x61));
  fc.assert(
    fc.property(ascii, text, ascii, fc.nat(), fc.nat(255), (before, middle, after, at, byte) => {
      const input = new Uint8Array([...before, ...middle, ...after]);
      expect(valid(input, 0x80)).toBe(reference(input));
      if (input.length === 0) return;
      input[at % input.length] = byte;
      expect(valid(input, 0x80)).toBe(reference(input));
      const cut = input.subarray(0, at % input.length);
      expect(valid(cut, 0x80)).toBe(reference(cut));
    }),
    { numRuns: 2000 },
  );
});

test("validUtf8() accepts the ends of each range and refuses what lies just beyond", () => {
  for (const codePoint of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    expect(valid(new TextEncoder().encode(String.fromCodePoint(codePoint)), 0xff), codePoint.toString(16)).toBe(true);
  }
  const bad = [
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xed, 0xbf, 0xbf],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xff],
  ];
  for (const input of bad) expect(valid(input, 0x80), `${input}`).toBe(false);
});

test("validUtf8() finds one bad byte at any place in long ASCII", () => {
  for (let at = 0; at < 200; at++) {
    const input = new Uint8Array(200).fill(0x61);
    expect(valid(input, 0xff)).toBe(true);
    input[at] = 0x80;
    expect(valid(input, 0x61)).toBe(false);
  }
});
