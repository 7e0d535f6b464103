import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter, encodeText, hash, toHex, unzigzag, zigzag } from "./bytes.js";
import { buildFilter, fnv1a64, mayHold } from "./filter.js";
import { canonicalJson, checkCanonicalJson } from "./json.js";
import { decodeLz4Block } from "./lz4.js";
import { decodePostings, encodePostings, type Posting, packValues, unpackValues } from "./postings.js";
import { buildTable, readTable } from "./table.js";

const none = new Uint8Array(0);

describe("hash()", () => {
  it("is BLAKE3 (test vectors of the BLAKE3 project, input lengths 0 and 3)", () => {
    expect(toHex(hash())).toBe("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    expect(toHex(hash(Uint8Array.of(0), Uint8Array.of(1, 2)))).toBe(
      "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f",
    );
  });
});

describe("ByteReader", () => {
  it("reads what ByteWriter wrote", () => {
    const values = [0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER];
    const writer = new ByteWriter();
    for (const value of values) writer.varint(value).u64(value);
    const reader = new ByteReader(writer.finish(), "test");
    for (const value of values) expect([reader.varint(), reader.u64()]).toEqual([value, value]);
    reader.expectEnd();
  });

  it.each([
    ["a varint longer than needed", [0x80, 0x00]],
    ["a varint of eleven bytes", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["a varint above 64 bits", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]],
    ["a varint that is cut off", [0x80]],
    ["a number above 2^53", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])("refuses %s", (_, bytes) => {
    expect(() => new ByteReader(Uint8Array.from(bytes), "test").varint()).toThrow(
      expect.objectContaining({ code: "corrupt" }),
    );
  });

  it("maps zigzag both ways", () => {
    expect([0, -1, 1, -2, 2].map(zigzag)).toEqual([0n, 1n, 2n, 3n, 4n]);
    for (const n of [0, 5, -5, 1_700_000_000_000, -1_700_000_000_000]) expect(unzigzag(zigzag(n))).toBe(n);
  });
});

describe("decodeLz4Block()", () => {
  const decode = (bytes: number[], decodedBytes: number, dictionary: Uint8Array = none) =>
    new TextDecoder().decode(decodeLz4Block(Uint8Array.from(bytes), decodedBytes, dictionary, "test"));

  it("decodes literals, overlapping matches and long lengths", () => {
    expect(decode([0x30, 0x61, 0x62, 0x63], 3)).toBe("abc");
    // "ab", a match of 15 + 4 + 3 bytes at distance 2, the literal "!"
    expect(decode([0x2f, 0x61, 0x62, 0x02, 0x00, 0x03, 0x10, 0x21], 25)).toBe(`${"ab".repeat(12)}!`);
    expect(decode([0xf0, 0xff, 0x00, ...new Array<number>(270).fill(0x7a)], 270)).toBe("z".repeat(270));
    expect(decode([0x00], 0)).toBe("");
  });

  it("lets matches reach into the dictionary", () => {
    // No literals, a match of 5 bytes at distance 5: the whole dictionary; then the literal "."
    expect(decode([0x01, 0x05, 0x00, 0x10, 0x2e], 6, encodeText("hello"))).toBe("hello.");
  });

  it.each([
    ["a match as the last thing", [0x20, 0x61, 0x62, 0x02, 0x00], 6],
    ["distance 0", [0x20, 0x61, 0x62, 0x00, 0x00, 0x00], 6],
    ["a distance before the start", [0x20, 0x61, 0x62, 0x03, 0x00, 0x00], 6],
    ["too much output", [0x30, 0x61, 0x62, 0x63], 2],
    ["too little output", [0x30, 0x61, 0x62, 0x63], 4],
    ["literals that are cut off", [0x30, 0x61], 3],
    ["no input", [], 0],
  ])("refuses %s", (_, bytes, decodedBytes) => {
    expect(() => decode(bytes, decodedBytes)).toThrow(expect.objectContaining({ code: "corrupt" }));
  });
});

describe("packValues()", () => {
  it("puts value 4r + l into lane l", () => {
    const values = Array.from({ length: 128 }, (_, i) => (i === 5 ? 1 : 0));
    // Width 1: a lane is one 32-bit word, row 1 of lane 1 is bit 1 of the second word.
    expect(Array.from(packValues(values, 1))).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it.each([1, 3, 7, 8, 13, 16, 31, 32])("is undone by unpackValues() at width %i", (width) => {
    const values = Array.from({ length: 128 }, (_, i) => (i * 2_654_435_761) % 2 ** width);
    const packed = packValues(values, width);
    expect(packed.length).toBe(16 * width);
    expect(unpackValues(packed, width)).toEqual(values);
  });
});

describe("encodePostings()", () => {
  const example = (df: number): Posting[] =>
    Array.from({ length: df }, (_, i) => ({
      ordinal: i * 5 + (i % 5),
      tfs: i % 7 === 0 ? [1, 0] : i % 11 === 0 ? [2, 9] : [0, 1 + (i % 3)],
    }));

  it.each([1, 2, 127, 128, 129, 255, 256, 300])("is undone by decodePostings() for df %i", (df) => {
    const postings = example(df);
    const { postings: decoded, skip } = decodePostings(
      encodePostings(postings, () => [4, 70_000]),
      df,
    );
    expect(decoded).toEqual(postings);
    expect(skip).toHaveLength(df < 128 ? 0 : Math.ceil(df / 128));
    for (const entry of skip) expect(entry.bounds.map(([, length]) => length)).toEqual([4, 65_535]);
  });

  it("writes the remainder block as the document says", () => {
    const postings: Posting[] = [
      { ordinal: 0, tfs: [0, 1] },
      { ordinal: 2, tfs: [0, 5] },
      { ordinal: 3, tfs: [1, 0] },
      { ordinal: 40, tfs: [2, 1] },
    ];
    expect(Array.from(encodePostings(postings, () => [1, 1]))).toEqual([0, 5, 3, 2, 0x93, 0x01, 2, 1]);
  });
});

describe("buildTable()", () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      key: encodeText(`key/${String(i).padStart(6, "0")}`),
      value: encodeText(`value ${i}`),
    }));

  it.each([
    [1, 1],
    [10, 1],
    [100, 2],
    [5000, 2],
    [20_000, 3],
  ])("is undone by readTable() for %i entries in %i levels", (count, levels) => {
    const table = buildTable(7, entries(count));
    expect(readTable(table)).toEqual(entries(count));
    expect(table.parameter).toBe(levels);
  });
});

describe("buildFilter()", () => {
  it("hashes with FNV-1a (vectors of its authors)", () => {
    expect(fnv1a64(none)).toBe(0xcbf29ce484222325n);
    expect(fnv1a64(encodeText("a"))).toBe(0xaf63dc4c8601ec8cn);
    expect(fnv1a64(encodeText("foobar"))).toBe(0x85944171f73967e8n);
  });

  it("holds every key and few others", () => {
    const keys = Array.from({ length: 2000 }, (_, i) => encodeText(`mv2://test/${i}`));
    const filter = buildFilter(keys);
    expect(filter.length).toBe(64 * Math.ceil(20_000 / 512));
    expect(keys.every((key) => mayHold(filter, key))).toBe(true);
    const others = Array.from({ length: 2000 }, (_, i) => encodeText(`mv2://other/${i}`));
    expect(others.filter((key) => mayHold(filter, key)).length).toBeLessThan(100);
  });
});

describe("canonicalJson()", () => {
  it("orders members and writes numbers as RFC 8785 does", () => {
    expect(canonicalJson({ b: [1e21, 0.1, -0], "€": 1, a: '\u0007"', "\ud83d\ude00": null, "\ufb33": true })).toBe(
      '{"a":"\\u0007\\"","b":[1e+21,0.1,0],"€":1,"\ud83d\ude00":null,"\ufb33":true}',
    );
  });

  it.each(['{"b":1,"a":2}', '{"a": 1}', '{"a":1.0}', '{"a":1,"a":1}', "{", "[".repeat(33) + "]".repeat(33)])(
    "is demanded: %s is refused",
    (text) => {
      expect(() => checkCanonicalJson(encodeText(text), "test")).toThrow(expect.objectContaining({ code: "corrupt" }));
    },
  );
});
