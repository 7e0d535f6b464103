import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import {
  noise,
  plainSections,
  type SectionBytes,
  StorageHarness,
  segmentData,
  segmentFile,
} from "../testing/storage-harness.js";

const OK = 0;
const PENDING = -1;
const CORRUPT = -3;
const Tag = {
  ADDRESSES: 1,
  KINDS: 2,
  RUNS: 3,
  TITLES: 4,
  BODIES: 5,
  EXCEPTIONS: 6,
  URIS: 7,
  CONTENTS: 11,
  PACKS: 12,
  CHECKPOINTS: 14,
  EVENTS: 15,
};
let harness: StorageHarness;

beforeEach(async () => {
  harness = await StorageHarness.create();
}, 60_000);

/** Opens data whose hashes are right, whatever it says. */
function useData(data: Uint8Array, records = 1): number {
  const { file, entry } = segmentFile(data, records);
  harness.useFile(file);
  const segment = harness.open(entry);
  expect(segment).not.toBe(0);
  harness.call("startSegmentReading");
  return segment;
}

function useSections(sections: SectionBytes[], records = 1): number {
  const merged = new Map([...plainSections(records), ...sections].map((section) => [section.tag, section]));
  return useData(
    segmentData(
      [...merged.values()].filter(({ bytes }) => bytes.length !== 0).sort((a, b) => a.tag - b.tag),
      records,
    ),
    records,
  );
}

function numbers(width: number, values: (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(width * values.length);
  values.forEach((value, i) => {
    for (let j = 0; j < width; j++) bytes[width * i + j] = Number((BigInt(value) >> BigInt(8 * j)) & 255n);
  });
  return bytes;
}

/** Statuses and results of a call that may fail. */
function ask(name: string, ...args: (number | bigint)[]): { result: number | bigint; status: number } {
  harness.call("startSegmentReading");
  const result = harness.call(name, ...args);
  return { result, status: harness.call("status") };
}

test.each([1, 2, 4])("fieldLength() and its kin give each record's numbers, in columns %i bytes wide", (width) => {
  const records = 5000;
  const values = Array.from({ length: records }, (_, i) => (i * 7919) % 2 ** Math.min(31, 8 * width));
  const addresses = values.map((value, i) => (BigInt(value) << 20n) + BigInt(i));
  const segment = useSections(
    [
      { tag: Tag.ADDRESSES, bytes: numbers(8, addresses) },
      {
        tag: Tag.KINDS,
        bytes: numbers(
          1,
          values.map((value) => value & 255),
        ),
      },
      { tag: Tag.TITLES, bytes: numbers(width, values), parameter: width },
      { tag: Tag.BODIES, bytes: numbers(width, [...values].reverse()), parameter: width },
    ],
    records,
  );
  for (const ordinal of [4999, 0, 1, 511, 512, 513, 4095, 4096, ...Array.from({ length: 500 }, (_, i) => i * 9)]) {
    expect(harness.call("fieldLength", segment, 0, ordinal)).toBe(values[ordinal]);
    expect(harness.call("fieldLength", segment, 1, ordinal)).toBe(values[records - 1 - ordinal]);
    expect(harness.call("recordAddress", segment, ordinal)).toBe(addresses[ordinal]);
    expect(harness.call("recordKind", segment, ordinal)).toBe((values[ordinal] ?? 0) & 255);
  }
  expect(harness.call("status")).toBe(OK);
});

test("accessors read the directory when they need it, and refuse what is beyond a section", () => {
  for (const name of ["fieldLength", "recordAddress", "recordKind"]) {
    const segment = useSections([]);
    const field = name === "fieldLength" ? [0] : [];
    expect(ask(name, segment, ...field, 1)).toEqual({ result: name === "recordAddress" ? 0n : 0, status: CORRUPT });
    expect(ask(name, segment, ...field, 0xffffffff).status).toBe(CORRUPT);
    expect(ask(name, segment, ...field, 0).status).toBe(OK);
  }
  const segment = useSections([{ tag: Tag.EVENTS, bytes: numbers(1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) }]);
  expect(ask("u8At", segment, Tag.EVENTS, 9)).toEqual({ result: 10, status: OK });
  expect(ask("u8At", segment, Tag.EVENTS, 10).status).toBe(CORRUPT);
  expect(ask("u16At", segment, Tag.EVENTS, 4)).toEqual({ result: 0x0a09, status: OK });
  expect(ask("u32At", segment, Tag.EVENTS, 1)).toEqual({ result: 0x08070605, status: OK });
  expect(ask("u32At", segment, Tag.EVENTS, 2).status).toBe(CORRUPT);
  expect(ask("u64At", segment, Tag.EVENTS, 1).status).toBe(CORRUPT);
  // A section that was left out, and one beyond the format's.
  expect(ask("u32At", segment, Tag.EXCEPTIONS, 0).status).toBe(CORRUPT);
  expect(ask("sectionLength", segment, Tag.EXCEPTIONS)).toEqual({ result: 0n, status: OK });
  expect(ask("sectionLength", segment, Tag.EVENTS)).toEqual({ result: 10n, status: OK });
  expect(ask("sectionBytesAt", segment, Tag.EVENTS, 3n, 8).status).toBe(CORRUPT);
  expect(ask("sectionBytesAt", segment, Tag.EVENTS, 2n ** 64n - 1n, 2).status).toBe(CORRUPT);
  const { result } = ask("sectionBytesAt", segment, Tag.EVENTS, 3n, 7);
  expect([...harness.bytes(Number(result), 7)]).toEqual([4, 5, 6, 7, 8, 9, 10]);
});

test("runOf() finds the run of every record, and loadRun() each run", () => {
  const records = 3000;
  const starts = [0, 1, 5, 6, 700, 701, 2000, 2999, ...Array.from({ length: 400 }, (_, i) => 1000 + 2 * i)].sort(
    (a, b) => a - b,
  );
  const runs = starts.map((start, i) => ({
    start,
    branch: i % 3,
    sequence: BigInt(i) * 2n ** 33n,
    end: starts[i + 1] ?? records,
  }));
  const bytes = Buffer.concat(
    runs.map((run) => Buffer.concat([numbers(4, [run.start, run.branch]), numbers(8, [run.sequence])])),
  );
  const segment = useSections([{ tag: Tag.RUNS, bytes }], records);
  const found = () => ({
    start: harness.call("foundRunStart"),
    branch: harness.call("foundRunBranch"),
    sequence: harness.call("foundRunSequence") as unknown as bigint,
    end: harness.call("foundRunEnd"),
  });
  expect(harness.call("runCount", segment)).toBe(runs.length);
  runs.forEach((run, i) => {
    expect(harness.call("loadRun", segment, i)).toBe(OK);
    expect(found()).toEqual(run);
  });
  for (let i = 0; i < 2 * records; i++) {
    const ordinal = i < records ? i : (i * 7919) % records;
    expect(harness.call("runOf", segment, ordinal)).toBe(OK);
    const run = found();
    expect(run.start <= ordinal && ordinal < run.end).toBe(true);
    expect(runs[starts.indexOf(run.start)]).toEqual(run);
  }
  expect(harness.call("runOf", segment, records)).toBe(CORRUPT);
  expect(harness.call("loadRun", segment, runs.length)).toBe(CORRUPT);
});

test("runs that don't tile the records are found out", () => {
  const bad = [[1], [0, 0], [0, 5, 5], [0, 5, 3], [0, 10], [0, 4, 11], [0, 0xffffffff]];
  for (const starts of bad) {
    const bytes = Buffer.concat(starts.map((start) => numbers(4, [start, 0, 0, 0])));
    const segment = useSections([{ tag: Tag.RUNS, bytes }], 10);
    const answers = starts.map((_, i) => harness.call("loadRun", segment, i));
    expect(answers, `${starts}`).toContain(CORRUPT);
    for (let ordinal = 0; ordinal < 10; ordinal++)
      expect([OK, CORRUPT]).toContain(harness.call("runOf", segment, ordinal));
  }
});

test("packHash() finds the hash of each pack, and no other", () => {
  const packs = Array.from({ length: 500 }, (_, i) => ({
    offset: 256n + BigInt(i) * 16384n + BigInt((i * 8) % 64),
    hash: noise(32, i),
  }));
  const bytes = Buffer.concat(packs.map(({ offset, hash }) => Buffer.concat([numbers(8, [offset]), hash])));
  const segment = useSections([{ tag: Tag.PACKS, bytes }]);
  expect(harness.call("packCount", segment)).toBe(500);
  packs.forEach(({ offset, hash }, i) => {
    expect(harness.call("packOffset", segment, i)).toBe(offset);
    const address = harness.call("packHash", segment, offset);
    expect(harness.bytes(address, 32)).toEqual(hash);
    expect(ask("packHash", segment, offset + 8n)).toEqual({ result: 0, status: OK });
  });
  expect(ask("packHash", segment, 0n)).toEqual({ result: 0, status: OK });
  expect(ask("packHash", segment, 2n ** 64n - 1n)).toEqual({ result: 0, status: OK });
});

test("lowerContentIndex() finds the first of the equal prefixes, with their ordinals", () => {
  const prefixes = [0n, 5n, 5n, 5n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 1n];
  const ordinals = [9, 1, 2, 8, 4, 5, 6, 7];
  const segment = useSections([
    { tag: Tag.CONTENTS, bytes: Buffer.concat([numbers(8, prefixes), numbers(4, ordinals)]) },
  ]);
  expect(harness.call("contentCount", segment)).toBe(8);
  for (const probe of [0n, 1n, 4n, 5n, 6n, 2n ** 40n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
    const expected = prefixes.findIndex((prefix) => prefix >= probe);
    expect(harness.call("lowerContentIndex", segment, probe)).toBe(expected);
    expect(harness.call("contentOrdinal", segment, expected)).toBe(ordinals[expected]);
    expect(BigInt.asUintN(64, BigInt(harness.call("contentPrefix", segment, expected)))).toBe(prefixes[expected]);
  }
  expect(ask("contentOrdinal", segment, 8).status).toBe(CORRUPT);
});

test("loadDirectory() passes over sections that it doesn't know", () => {
  const sections = [
    ...plainSections(),
    { tag: 16, bytes: noise(100), parameter: 7, auxiliaryLength: 1, auxiliaryOffset: 2 },
    { tag: 65535, bytes: noise(1) },
  ];
  expect(harness.call("loadDirectory", useData(segmentData(sections)))).toBe(OK);
});

test("loadDirectory() refuses every directory that contradicts the format", () => {
  const plain = plainSections(4);
  const change = (tag: number, changes: Partial<SectionBytes>) =>
    plain.map((section) => (section.tag === tag ? { ...section, ...changes } : section));
  const table = (changes: Partial<SectionBytes>) => [
    ...plain,
    { tag: 13, bytes: noise(100), parameter: 1, auxiliaryLength: 100, auxiliaryOffset: 0, ...changes },
  ];
  const swap = (at: number) =>
    [...plain.slice(0, at), plain[at + 1], plain[at], ...plain.slice(at + 2)] as SectionBytes[];
  const bad: Record<string, Uint8Array> = {
    ...Object.fromEntries(
      plain.map(({ tag }) => [
        `without section ${tag}`,
        segmentData(
          plain.filter((section) => section.tag !== tag),
          4,
        ),
      ]),
    ),
    "no sections": segmentData([], 4),
    "tags out of order": segmentData(swap(1), 4),
    "a tag twice": segmentData([...plain, { tag: 12, bytes: new Uint8Array(40) }], 4),
    "tag 0": segmentData([{ tag: 0, bytes: noise(8) }, ...plain], 4),
    "an empty section": segmentData([...plain, { tag: 14, bytes: new Uint8Array(0) }], 4),
    "addresses cut": segmentData(change(1, { bytes: noise(24) }), 4),
    "kinds cut": segmentData(change(2, { bytes: noise(3) }), 4),
    "runs cut": segmentData(change(3, { bytes: noise(15) }), 4),
    "titles too narrow": segmentData(change(4, { parameter: 2 }), 4),
    "titles of no width": segmentData(change(4, { parameter: 0 }), 4),
    "titles 3 bytes wide": segmentData(change(4, { parameter: 3, bytes: noise(12) }), 4),
    "bodies 5 bytes wide": segmentData(change(5, { parameter: 5, bytes: noise(20) }), 4),
    "packs cut": segmentData(change(12, { bytes: noise(39) }), 4),
    "a parameter without meaning": segmentData(change(1, { parameter: 1 }), 4),
    "an auxiliary length without meaning": segmentData(change(4, { auxiliaryLength: 1 }), 4),
    "an auxiliary offset without meaning": segmentData(change(2, { auxiliaryOffset: 1 }), 4),
    "a table of no levels": segmentData(table({ parameter: 0 }), 4),
    "a table of 34 levels": segmentData(table({ parameter: 34, auxiliaryOffset: 50, auxiliaryLength: 50 }), 4),
    "a root that is empty": segmentData(table({ auxiliaryLength: 0 }), 4),
    "a root longer than the table": segmentData(table({ auxiliaryLength: 101 }), 4),
    "a root that isn't last": segmentData(table({ parameter: 2, auxiliaryLength: 50, auxiliaryOffset: 49 }), 4),
    "a root behind the table": segmentData(table({ parameter: 2, auxiliaryLength: 50, auxiliaryOffset: 100 }), 4),
    "one level, but not the whole table": segmentData(table({ auxiliaryLength: 50, auxiliaryOffset: 50 }), 4),
    "two levels in one block": segmentData(table({ parameter: 2 }), 4),
    "too short": new Uint8Array(56),
    "only zeros": new Uint8Array(640),
  };
  for (const [name, data] of Object.entries(bad)) {
    const segment = useData(data, 4);
    expect(harness.call("loadDirectory", segment), name).toBe(CORRUPT);
    expect(ask("sectionLength", segment, 1), name).toEqual({ result: 0n, status: CORRUPT });
    expect(ask("fieldLength", segment, 0, 0), name).toEqual({ result: 0, status: CORRUPT });
  }
  expect(harness.call("loadDirectory", useData(segmentData(table({}), 4), 4))).toBe(OK);
  expect(
    harness.call(
      "loadDirectory",
      useData(segmentData(table({ parameter: 33, auxiliaryLength: 50, auxiliaryOffset: 50 }), 4), 4),
    ),
  ).toBe(OK);
});

test("loadDirectory() refuses numbers that the footer can't have", () => {
  const data = segmentData(plainSections(4), 4);
  const footer = data.length - 64;
  const set = (at: number, value: number) => {
    const changed = data.slice();
    changed[footer + at] = value;
    return changed;
  };
  expect(harness.call("loadDirectory", useData(data, 4))).toBe(OK);
  for (const [at, value] of [
    [0, 1],
    [7, 1],
    [8, 5],
    [8, 3],
    [8, 0],
    [12, 5],
    [32, 5],
    [40, 1],
    [55, 1],
    [56, 5],
    [56, 7],
    [59, 255],
    [60, 0],
    [60, 2],
  ] as const) {
    expect(harness.call("loadDirectory", useData(set(at, value), 4)), `byte ${at}`).toBe(CORRUPT);
  }
  for (const at of [12, 16, 31, 32, 36, 39])
    expect(harness.call("loadDirectory", useData(set(at, 4), 4)), `byte ${at}`).toBe(OK);
});

test("a directory of any bytes is refused or harmless: every accessor ends with an answer or a failure", () => {
  const sections = [...plainSections(4), { tag: Tag.EVENTS, bytes: noise(20) }];
  const data = segmentData(sections, 4);
  const directory = data.length - 64 - 32 * sections.length;
  const changes = fc.array(
    fc.tuple(
      fc.integer({ min: directory, max: data.length - 1 }),
      fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 8, 16, 128, 255)),
    ),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(changes, (list) => {
      const changed = data.slice();
      for (const [at, value] of list) changed[at] = value;
      const segment = useData(changed, 4);
      const expected = harness.call("loadDirectory", segment);
      expect([OK, CORRUPT]).toContain(expected);
      for (const index of [0, 3, 4, 1000, 0x7fffffff, 0xffffffff]) {
        const asked = [
          ask("fieldLength", segment, 0, index),
          ask("fieldLength", segment, 1, index),
          ask("recordAddress", segment, index),
          ask("packOffset", segment, index),
        ];
        for (let tag = 1; tag <= 15; tag++)
          for (const name of ["u8At", "u16At", "u32At", "u64At"]) asked.push(ask(name, segment, tag, index));
        for (const { status } of asked)
          if (status !== CORRUPT && (status !== OK || expected !== OK)) throw new Error(`Status ${status}`);
      }
      harness.call("closeSegment", segment);
    }),
    { numRuns: 1000 },
  );
});

test("with every place pending at first touch, accessors answer PENDING and then what they should", () => {
  const records = 20_000;
  const values = Array.from({ length: records }, (_, i) => i % 251);
  harness.call("configurePages", 32768);
  const segment = useSections([{ tag: Tag.TITLES, bytes: numbers(1, values), parameter: 1 }], records);
  harness.touched = new Set();
  expect(ask("fieldLength", segment, 0, 0)).toEqual({ result: 0, status: PENDING });
  for (let i = 0; i < 3000; i++) {
    const ordinal = (i * 7919) % records;
    expect(harness.settle("fieldLength", segment, 0, ordinal)).toBe(values[ordinal]);
  }
  expect(harness.settle("runOf", segment, 19_999)).toBe(OK);
  expect(harness.settle("packHash", segment, 0n)).not.toBe(0);
});

test("totals are those that the footer states", () => {
  harness.beginPlain(4);
  harness.section(12, new Uint8Array(40));
  const segment = harness.open(harness.finish(0, 4, [3, 2n ** 40n, 2n ** 50n, 2, 99]));
  expect(harness.call("loadDirectory", segment)).toBe(OK);
  expect(["documents", "uris", "terms", "titleTotal", "bodyTotal"].map((name) => harness.call(name, segment))).toEqual([
    3,
    2,
    99,
    2n ** 40n,
    2n ** 50n,
  ]);
});
