import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

interface Exports {
  memory: WebAssembly.Memory;
  LZ4_DICTIONARY_BYTES: WebAssembly.Global;
  lz4CompressBound(length: number): number;
  lz4Compress(source: number, length: number, destination: number, capacity: number): number;
  lz4PrepareDictionary(bytes: number, length: number, prepared: number): void;
  lz4CompressWithDictionary(
    source: number,
    length: number,
    prepared: number,
    destination: number,
    capacity: number,
  ): number;
  lz4CompressFast(source: number, length: number, destination: number, capacity: number): number;
  lz4CompressHigh(source: number, length: number, prepared: number, destination: number, capacity: number): number;
  lz4Decompress(source: number, length: number, destination: number, decodedLength: number): number;
  lz4DecompressWithDictionary(
    source: number,
    length: number,
    dictionary: number,
    dictionaryLength: number,
    destination: number,
    decodedLength: number,
  ): number;
}

/** Odd addresses, so that nothing depends on alignment; all regions are 4 MiB. */
const REGION = 4 << 20;
const GUARD = 0xa5;
let core: Exports;
let source: number;
let packed: number;
let restored: number;
let dictionary: number;
let prepared: number;
let bytes: Uint8Array;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/codec/lz4.ts");
  source = core.memory.grow((5 * REGION) / 65536) * 65536 + 257;
  packed = source + REGION;
  restored = packed + REGION;
  dictionary = restored + REGION;
  prepared = dictionary + REGION - 257;
  bytes = new Uint8Array(core.memory.buffer);
});

/** Decodes a block as the format's description says, byte by byte, with the dictionary as a prefix. */
function decodeReference(block: Uint8Array, prefix: Uint8Array): Uint8Array {
  const output = [...prefix];
  let at = 0;
  const next = () => {
    const byte = block[at++];
    if (byte === undefined) throw new Error("the block is cut short");
    return byte;
  };
  const lengthOf = (nibble: number) => {
    let length = nibble;
    if (nibble === 15) {
      for (let more = 255; more === 255; ) length += more = next();
    }
    return length;
  };
  for (;;) {
    const token = next();
    for (let left = lengthOf(token >> 4); left > 0; left--) output.push(next());
    if (at === block.length) return Uint8Array.from(output.slice(prefix.length));
    const offset = next() + 256 * next();
    if (offset === 0 || offset > output.length) throw new Error("the offset is out of range");
    for (let left = lengthOf(token & 15) + 4; left > 0; left--) output.push(output[output.length - offset] as number);
  }
}

function compress(input: Uint8Array, capacity = core.lz4CompressBound(input.length)): Uint8Array | null {
  bytes.set(input, source);
  bytes.fill(GUARD, packed - 64, packed + capacity + 64);
  const length = core.lz4Compress(source, input.length, packed, capacity);
  expect(guarded(packed, capacity)).toBe(true);
  return length === 0 ? null : bytes.slice(packed, packed + length);
}

function prepare(prefix: Uint8Array): void {
  bytes.set(prefix, dictionary);
  core.lz4PrepareDictionary(dictionary, prefix.length, prepared);
}

function compressWithDictionary(input: Uint8Array, capacity = core.lz4CompressBound(input.length)): Uint8Array | null {
  bytes.set(input, source);
  bytes.fill(GUARD, packed - 64, packed + capacity + 64);
  const length = core.lz4CompressWithDictionary(source, input.length, prepared, packed, capacity);
  expect(guarded(packed, capacity)).toBe(true);
  return length === 0 ? null : bytes.slice(packed, packed + length);
}

function compressHigh(input: Uint8Array, dictionaryRecord: number, capacity = core.lz4CompressBound(input.length)) {
  bytes.set(input, source);
  bytes.fill(GUARD, packed - 64, packed + capacity + 64);
  const length = core.lz4CompressHigh(source, input.length, dictionaryRecord, packed, capacity);
  expect(guarded(packed, capacity)).toBe(true);
  return length === 0 ? null : bytes.slice(packed, packed + length);
}

/** As `toEqual`, for megabytes. */
const same = (result: Uint8Array | number, expected: Uint8Array) =>
  typeof result !== "number" && Buffer.compare(result, expected) === 0;

/** Whether the 64 bytes on both sides of a region are untouched. */
function guarded(start: number, length: number): boolean {
  const isGuard = (byte: number) => byte === GUARD;
  return (
    bytes.subarray(start - 64, start).every(isGuard) &&
    bytes.subarray(start + length, start + length + 64).every(isGuard)
  );
}

/** The status, with what came out; checks that nothing else was written. */
function decompress(
  block: Uint8Array,
  decodedLength: number,
  prefix: Uint8Array = new Uint8Array(0),
): Uint8Array | number {
  bytes.set(block, packed);
  bytes.set(prefix, dictionary);
  bytes.fill(GUARD, restored - 64, restored + decodedLength + 64);
  const status =
    prefix.length > 0
      ? core.lz4DecompressWithDictionary(packed, block.length, dictionary, prefix.length, restored, decodedLength)
      : core.lz4Decompress(packed, block.length, restored, decodedLength);
  expect(guarded(restored, decodedLength)).toBe(true);
  return status === decodedLength ? bytes.slice(restored, restored + decodedLength) : status;
}

const words = [
  "the ",
  "commit ",
  "message",
  " of\n",
  "a",
  "retry budget ",
  "x = y;\n",
  "\u00e9t\u00e9 ",
  "----------------",
  "0123456789",
];
const text = fc
  .array(fc.constantFrom(...words), { maxLength: 400 })
  .map((parts) => new TextEncoder().encode(parts.join("")));
const run = fc.tuple(fc.nat(255), fc.nat(600)).map(([byte, length]) => new Uint8Array(length).fill(byte));
const noise = fc.uint8Array({ maxLength: 700 });
const input = fc
  .array(fc.oneof(text, run, noise), { maxLength: 4 })
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

/** Pseudo-random bytes, the same every time (xorshift). */
function noiseOf(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

describe("lz4Compress()", () => {
  test("round-trips, by our decoder and by the format's description", () => {
    fc.assert(
      fc.property(input, (original) => {
        const block = compress(original) as Uint8Array;
        expect(block.length).toBeLessThanOrEqual(core.lz4CompressBound(original.length));
        expect(decodeReference(block, new Uint8Array(0))).toEqual(original);
        expect(decompress(block, original.length)).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  test("round-trips megabytes: zeros, noise, repeats at every distance", () => {
    const far = noiseOf(1000, 5);
    const repeats = [65534, 65535, 65536, 70000].map((distance) =>
      Buffer.concat([far, noiseOf(distance - 1000, 9), far]),
    );
    const big = Buffer.concat(
      Array.from({ length: 600 }, (_, i) =>
        Buffer.from(`${words[i % 10]}${i * i} of line ${i}\n`.repeat(1 + (i % 40))),
      ),
    );
    for (const original of [new Uint8Array(3 << 20), noiseOf(1 << 20, 7), ...repeats, big]) {
      const block = compress(new Uint8Array(original)) as Uint8Array;
      expect(block.length).toBeLessThanOrEqual(core.lz4CompressBound(original.length));
      expect(same(decompress(block, original.length), original)).toBe(true);
    }
  });

  test("keeps the format's rules for the end of a block", () => {
    fc.assert(
      fc.property(input, (original) => {
        const block = compress(original) as Uint8Array;
        expect(endsByTheRules(block, original.length)).toBe(true);
      }),
    );
  });

  test("takes exactly the capacity it needs", () => {
    fc.assert(
      fc.property(input, fc.nat(100), (original, less) => {
        const block = compress(original) as Uint8Array;
        expect(compress(original, block.length)).toEqual(block);
        expect(compress(original, Math.max(0, block.length - 1 - less))).toBe(null);
      }),
    );
  });

  test("depends on nothing that was compressed before", async () => {
    const fresh = await compileForTest<Exports>("asm/codec/lz4.ts");
    fc.assert(
      fc.property(input, input, input, (original, before, prefix) => {
        const expected = compress(original);
        compress(before);
        prepare(prefix);
        compressWithDictionary(before);
        expect(compress(original)).toEqual(expected);
      }),
    );
    const original = new TextEncoder().encode(words.join(" and ").repeat(9));
    new Uint8Array(fresh.memory.buffer).set(original, 1 << 20);
    const length = fresh.lz4Compress(1 << 20, original.length, (1 << 20) + 65536, 65536);
    const first = new Uint8Array(fresh.memory.buffer).slice((1 << 20) + 65536, (1 << 20) + 65536 + length);
    expect(compress(original)).toEqual(first);
  });
});

describe("lz4CompressFast()", () => {
  const compressFast = (original: Uint8Array, capacity = core.lz4CompressBound(original.length)) => {
    bytes.set(original, source);
    bytes.fill(GUARD, packed, packed + capacity + 64);
    const length = core.lz4CompressFast(source, original.length, packed, capacity);
    expect(bytes.subarray(packed + capacity, packed + capacity + 64).every((byte) => byte === GUARD)).toBe(true);
    return length === 0 ? null : bytes.slice(packed, packed + length);
  };

  test("round-trips, keeps the rules for the end of a block, takes exactly the capacity it needs", () => {
    fc.assert(
      fc.property(input, fc.nat(100), (original, less) => {
        const block = compressFast(original) as Uint8Array;
        expect(decodeReference(block, new Uint8Array(0))).toEqual(original);
        expect(decompress(block, original.length)).toEqual(original);
        expect(endsByTheRules(block, original.length)).toBe(true);
        expect(compressFast(original, block.length)).toEqual(block);
        expect(compressFast(original, Math.max(0, block.length - 1 - less))).toBe(null);
      }),
      { numRuns: 500 },
    );
  });

  test("round-trips megabytes, and repeats just within and beyond reach", () => {
    const far = noiseOf(1000, 5);
    const repeats = [65534, 65535, 65536, 70000].map((distance) =>
      Buffer.concat([far, noiseOf(distance - 1000, 9), far]),
    );
    for (const original of [new Uint8Array(3 << 20), noiseOf(1 << 20, 7), ...repeats]) {
      const block = compressFast(original) as Uint8Array;
      expect(same(decompress(block, original.length), original)).toBe(true);
    }
    expect((compressFast(repeats[1] as Uint8Array) as Uint8Array).length).toBeLessThan(
      (compressFast(repeats[2] as Uint8Array) as Uint8Array).length - 900,
    );
  });

  test("depends on nothing that was compressed before, even when its positions' numbers wrap around", () => {
    const original = new TextEncoder().encode(words.join(" and ").repeat(99));
    const expected = compressFast(original);
    const zeros = 3 << 20;
    bytes.fill(0, restored, restored + zeros);
    for (let total = 0; total < 2 ** 32; total += zeros) {
      core.lz4CompressFast(restored, zeros, packed, 65536);
      if (total % (512 * zeros) === 0) expect(compressFast(original)).toEqual(expected);
    }
    expect(compressFast(original)).toEqual(expected);
  });
});

test("lz4Compress() gives the same after four GiB of other input, when its positions' numbers wrap around", () => {
  const original = new TextEncoder().encode(words.join(" and ").repeat(99));
  const expected = compress(original);
  const zeros = 3 << 20;
  bytes.fill(0, restored, restored + zeros);
  for (let total = 0; total < 2 ** 32; total += zeros) {
    core.lz4Compress(restored, zeros, packed, 65536);
    // Leaves entries whose numbers would stand for places far outside memory.
    if (total % (512 * zeros) === 0) compress(original);
  }
  expect(compress(original)).toEqual(expected);
});

/**
 * Whether the last sequence has five literals or more and the last match begins twelve bytes or more before the end.
 */
function endsByTheRules(block: Uint8Array, length: number): boolean {
  let at = 0;
  let done = 0;
  let lastMatch = -Infinity;
  const lengthOf = (nibble: number) => {
    let total = nibble;
    if (nibble === 15) for (let more = 255; more === 255; ) total += more = block[at++] as number;
    return total;
  };
  for (;;) {
    const token = block[at++] as number;
    const literals = lengthOf(token >> 4);
    at += literals;
    done += literals;
    if (at >= block.length) return lastMatch === -Infinity || (literals >= 5 && length - lastMatch >= 12);
    at += 2;
    lastMatch = done;
    done += lengthOf(token & 15) + 4;
  }
}

describe("lz4CompressWithDictionary()", () => {
  const sized = fc.oneof(
    input,
    fc.constantFrom(0, 1, 3, 4, 5, 1000, 65535, 65536, 65537, 200_000).map((length) => noiseOf(length, 11)),
  );

  test("round-trips, by our decoder and by the format's description", () => {
    fc.assert(
      fc.property(sized, input, fc.nat(), fc.nat(3000), (prefix, own, from, length) => {
        // Half of the input comes from the dictionary.
        const start = prefix.length === 0 ? 0 : from % prefix.length;
        const original = new Uint8Array(Buffer.concat([own, prefix.subarray(start, start + length), own]));
        prepare(prefix);
        const block = compressWithDictionary(original) as Uint8Array;
        const reachable = prefix.subarray(Math.max(0, prefix.length - 65535));
        expect(decodeReference(block, reachable)).toEqual(original);
        expect(decompress(block, original.length, prefix)).toEqual(original);
      }),
      { numRuns: 300 },
    );
  });

  test("round-trips inputs that outlive the dictionary's reach", () => {
    const prefix = noiseOf(65535, 3);
    // First within reach of the dictionary, then only of the input's own first copy.
    const part = prefix.subarray(40_000);
    const original = new Uint8Array(Buffer.concat([noiseOf(20_000, 4), part, noiseOf(30_000, 6), part, prefix]));
    prepare(prefix);
    const block = compressWithDictionary(original) as Uint8Array;
    expect(block.length).toBeLessThan(50_000 + 40_000 + 1000);
    expect(same(decompress(block, original.length, prefix), original)).toBe(true);
  });

  test("round-trips with dictionaries so short that what lies behind them would match", () => {
    const zeros = new Uint8Array(100);
    for (let length = 0; length < 40; length++) {
      bytes.fill(0, prepared, prepared + 200);
      const prefix = zeros.map((_, i) => (i % 16) + 1).subarray(0, length);
      const original = new Uint8Array(Buffer.concat([prefix, zeros, prefix, zeros]));
      prepare(prefix);
      const block = compressWithDictionary(original) as Uint8Array;
      expect(decodeReference(block, prefix)).toEqual(original);
    }
  });

  test("uses the dictionary", () => {
    const prefix = noiseOf(60_000, 21);
    prepare(prefix);
    const block = compressWithDictionary(prefix.subarray(20_000, 20_500)) as Uint8Array;
    expect(block.length).toBeLessThan(30);
  });

  test("depends on the dictionary's bytes alone, not on other preparations or documents", () => {
    fc.assert(
      fc.property(input, input, input, (original, prefix, other) => {
        prepare(prefix);
        const expected = compressWithDictionary(original);
        bytes.fill(0x77, prepared, prepared + (core.LZ4_DICTIONARY_BYTES.value as number));
        prepare(other);
        compressWithDictionary(other);
        compress(original);
        prepare(prefix);
        expect(compressWithDictionary(original)).toEqual(expected);
        compressWithDictionary(other);
        expect(compressWithDictionary(original)).toEqual(expected);
      }),
    );
  });

  test("prepares within LZ4_DICTIONARY_BYTES", () => {
    const end = prepared + (core.LZ4_DICTIONARY_BYTES.value as number);
    bytes.fill(GUARD, end, end + 64);
    for (const length of [0, 3, 65534, 65535, 65536, 100_000]) prepare(noiseOf(length, 2));
    expect(bytes.subarray(end, end + 64).every((byte) => byte === GUARD)).toBe(true);
  });
});

describe("lz4CompressHigh()", () => {
  const prefixes = fc.oneof(
    input,
    fc.constantFrom(0, 15, 16, 17, 1000, 65535, 65536, 100_000).map((length) => noiseOf(length, 13)),
  );

  test("round-trips with and without a dictionary, and keeps the format's rules for the end of a block", () => {
    fc.assert(
      fc.property(prefixes, input, fc.nat(), fc.nat(9000), (prefix, own, from, length) => {
        const start = prefix.length === 0 ? 0 : from % prefix.length;
        const original = new Uint8Array(Buffer.concat([own, prefix.subarray(start, start + length), own]));
        const alone = compressHigh(original, 0) as Uint8Array;
        expect(decodeReference(alone, new Uint8Array(0))).toEqual(original);
        expect(decompress(alone, original.length)).toEqual(original);
        expect(endsByTheRules(alone, original.length)).toBe(true);
        prepare(prefix);
        const block = compressHigh(original, prepared) as Uint8Array;
        expect(decodeReference(block, prefix.subarray(Math.max(0, prefix.length - 65535)))).toEqual(original);
        expect(decompress(block, original.length, prefix)).toEqual(original);
        expect(endsByTheRules(block, original.length)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("round-trips megabytes, and repeats just within and beyond reach", () => {
    const far = noiseOf(1000, 5);
    const repeats = [65534, 65535, 65536].map((distance) => Buffer.concat([far, noiseOf(distance - 1000, 9), far]));
    for (const original of [new Uint8Array(3 << 20), noiseOf(1 << 20, 7), ...repeats]) {
      const block = compressHigh(original, 0) as Uint8Array;
      expect(block.length).toBeLessThanOrEqual(core.lz4CompressBound(original.length));
      expect(same(decompress(block, original.length), original)).toBe(true);
    }
    const [within, beyond] = [repeats[1], repeats[2]].map(
      (original) => compressHigh(original as Uint8Array, 0)?.length,
    );
    expect(within).toBeLessThan((beyond as number) - 900);
  });

  test("gives up a match for the cheaper way around it", () => {
    // At "ABCDEFGH" eight bytes match the beginning, but a byte later thirty match the middle.
    const long = "0123456789-+*/%&|<>=!?";
    const original = new TextEncoder().encode(`ABCDEFGH#BCDEFGH${long}\n(ABCDEFGH${long}) and an end`);
    const fast = compress(original) as Uint8Array;
    const high = compressHigh(original, 0) as Uint8Array;
    expect(high.length).toBeLessThan(fast.length);
    expect(decompress(high, original.length)).toEqual(original);
  });

  test("makes text smaller than lz4Compress() does, on the whole", () => {
    const totals = { fast: 0, high: 0, fastWithDictionary: 0, highWithDictionary: 0 };
    for (const [original, prefix] of fc.sample(fc.tuple(text, text), { seed: 1, numRuns: 200 })) {
      totals.fast += compress(original as Uint8Array)?.length as number;
      totals.high += compressHigh(original as Uint8Array, 0)?.length as number;
      prepare(prefix as Uint8Array);
      totals.fastWithDictionary += compressWithDictionary(original as Uint8Array)?.length as number;
      totals.highWithDictionary += compressHigh(original as Uint8Array, prepared)?.length as number;
    }
    expect(totals.high).toBeLessThan(totals.fast);
    expect(totals.highWithDictionary).toBeLessThan(totals.fastWithDictionary);
  });

  test("takes exactly the capacity it needs and depends on nothing that was compressed before", () => {
    fc.assert(
      fc.property(input, input, input, (original, before, prefix) => {
        prepare(prefix);
        const block = compressHigh(original, prepared) as Uint8Array;
        compressHigh(before, 0);
        compressWithDictionary(before);
        expect(compressHigh(original, prepared, block.length)).toEqual(block);
        expect(compressHigh(original, prepared, block.length - 1)).toBe(null);
      }),
    );
  });
});

describe("lz4Decompress()", () => {
  test("refuses what isn't a block of exactly this length", () => {
    const cases: [name: string, block: number[], decodedLength: number][] = [
      ["nothing", [], 0],
      ["literals missing", [0x50, 1, 2], 5],
      ["shorter than expected", [0x20, 1, 2], 3],
      ["longer than expected", [0x20, 1, 2], 1],
      ["literal length cut short", [0xf0], 15],
      ["literal length cut short after 255", [0xf0, 255], 300],
      ["offset cut short", [0x11, 1, 1], 6],
      ["offset of zero", [0x10, 1, 0, 0, 0x10, 1], 6],
      ["offset before the start", [0x10, 1, 2, 0, 0x10, 1], 6],
      ["match length cut short", [0x1f, 1, 1, 0], 25],
      ["match beyond the end", [0x1f, 1, 1, 0, 0, 0x00], 19],
      ["ends with a match", [0x10, 1, 1, 0], 5],
      ["a match length in the last token", [0x21, 1, 2], 2],
      ["bytes after the end", [0x20, 1, 2, 0], 2],
    ];
    for (const [name, block, length] of cases) expect(decompress(Uint8Array.from(block), length), name).toBe(-1);
    expect(decompress(Uint8Array.from([0]), 0)).toEqual(new Uint8Array(0));
    expect(decompress(Uint8Array.from([0x10, 1, 1, 0, 0x10, 2]), 6)).toEqual(Uint8Array.from([1, 1, 1, 1, 1, 2]));
  });

  test("reaches the dictionary's first byte and not one further, and crosses from it into the output", () => {
    const prefix = Uint8Array.from([9, 8, 7]);
    expect(decompress(Uint8Array.from([0x10, 1, 4, 0, 0x10, 2]), 6, prefix)).toEqual(
      Uint8Array.from([1, 9, 8, 7, 1, 2]),
    );
    expect(decompress(Uint8Array.from([0x10, 1, 5, 0, 0x10, 2]), 6, prefix)).toBe(-1);
    expect(decompress(Uint8Array.from([0x06, 1, 0, 0x10, 2]), 11, prefix)).toEqual(
      Uint8Array.from([...Array(10).fill(7), 2]),
    );
  });

  test("handles overlapping matches of every offset and length, at every distance from the end", () => {
    for (let offset = 1; offset <= 40; offset++) {
      for (const matched of [4, 5, 15, 16, 17, 18, 31, 33, 64, 100]) {
        for (const tail of [0, 1, 7, 15, 16, 20]) {
          const literals = Array.from({ length: offset }, (_, i) => i + 1);
          const first = [
            (Math.min(offset, 15) << 4) | Math.min(matched - 4, 15),
            ...(offset >= 15 ? [offset - 15] : []),
            ...literals,
          ];
          const last = [Math.min(tail, 15) << 4, ...(tail >= 15 ? [tail - 15] : []), ...Array(tail).fill(99)];
          const block = Uint8Array.from([...first, offset, 0, ...(matched >= 19 ? [matched - 19] : []), ...last]);
          const length = offset + matched + tail;
          expect(decompress(block, length)).toEqual(decodeReference(block, new Uint8Array(0)));
        }
      }
    }
  });

  test("never traps or writes outside on damaged blocks, and agrees with the format's description when it accepts", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(input, input, damage, fc.integer({ min: -3, max: 3 }), (original, prefix, edits, difference) => {
        prepare(prefix);
        const block = compressWithDictionary(original) as Uint8Array;
        for (const [at, byte] of edits) block[at % block.length] = byte;
        const length = Math.max(0, original.length + difference);
        const result = decompress(block, length, prefix);
        if (typeof result === "number") expect(result).toBe(-1);
        else expect(result).toEqual(decodeReference(block, prefix));
      }),
      { numRuns: 2000 },
    );
  });

  test("never traps or writes outside on arbitrary bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(400),
        fc.uint8Array({ maxLength: 40 }),
        (block, length, prefix) => {
          const result = decompress(block, length, prefix);
          if (typeof result === "number") expect(result).toBe(-1);
          else expect(result).toEqual(decodeReference(block, prefix));
        },
      ),
      { numRuns: 5000 },
    );
  });

  test("never reads outside memory when everything lies at its very end", () => {
    const end = core.memory.buffer.byteLength;
    const block = Uint8Array.from([0x4f, 1, 2, 3, 4, 4, 0, 20, 0x50, 1, 2, 3, 4, 5]);
    bytes.set(block, end - block.length);
    expect(core.lz4Decompress(end - block.length, block.length, restored, 48)).toBe(48);
    bytes.set(block, packed);
    expect(core.lz4Decompress(packed, block.length, end - 48, 48)).toBe(48);
    expect(bytes.slice(end - 48)).toEqual(decodeReference(block, new Uint8Array(0)));
  });
});
