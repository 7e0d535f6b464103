/**
 * A slow builder of postings and segments, written from docs/format.md part 7 alone: what the core builds and merges is compared
 * with its bytes.
 */

export const MAX_TF = 65535;

export interface Posting {
  ordinal: number;
  tf: [number, number];
  lengths: [number, number];
}

export interface SegmentRecord {
  uri: string;
  /** With 0x80 for a document. */
  kind: number;
  tag: number;
  branch: number;
  sequence: number;
  address: bigint;
  /** Of a promotion. */
  promoted: number;
  /** Words; of documents only. */
  title: string[];
  body: string[];
  contentPrefix: bigint | null;
  names: Uint8Array[];
  /** Made by this record: document, branch, sign. */
  exceptions: [document: number, branch: number, sign: number][];
}

export interface SegmentPack {
  offset: bigint;
  hash: Uint8Array;
}

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

export function littleEndian(value: number | bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}

/** Packs 128 values at a width, bit by bit. */
export function pack(values: number[], width: number): number[] {
  const bytes = new Array<number>(16 * width).fill(0);
  for (let row = 0; row < 32; row++) {
    for (let lane = 0; lane < 4; lane++) {
      for (let bit = 0; bit < width; bit++) {
        if (Math.floor((values[4 * row + lane] ?? 0) / 2 ** bit) % 2 === 0) continue;
        const place = row * width + bit;
        const at = 16 * (place >> 5) + 4 * lane + ((place & 31) >> 3);
        bytes[at] = (bytes[at] ?? 0) | (1 << (place & 7));
      }
    }
  }
  return bytes;
}

export const widthOf = (values: number[]) => 32 - Math.clz32(Math.max(...values));

/** The postings of a term. */
export function encodePostings(postings: Posting[]): number[] {
  const capped = postings.map((p) => ({ ...p, tf: p.tf.map((tf) => Math.min(tf, MAX_TF)) as [number, number] }));
  const gaps = capped.map((p, i) => p.ordinal - (i === 0 ? -1 : (capped[i - 1]?.ordinal ?? 0)) - 1);
  const table: number[] = [];
  const blocks: number[] = [];
  for (let start = 0; start < capped.length; start += 128) {
    const block = capped.slice(start, start + 128);
    const blockGaps = gaps.slice(start, start + 128);
    table.push(...littleEndian(block.at(-1)?.ordinal ?? 0, 4), ...littleEndian(blocks.length, 4));
    for (const field of [0, 1] as const) {
      table.push(...littleEndian(Math.max(...block.map((p) => p.tf[field])), 2));
      table.push(...littleEndian(Math.min(MAX_TF, ...block.map((p) => p.lengths[field])), 2));
    }
    const encoded = block.length < 128 ? encodeRemainder(block, blockGaps) : encodeFullBlock(block, blockGaps);
    for (const byte of encoded) blocks.push(byte);
  }
  return postings.length < 128 ? blocks : [...table, ...blocks];
}

function encodeRemainder(block: Posting[], gaps: number[]): number[] {
  return block.flatMap(({ tf: [title, body] }, i) => {
    const gap = (gaps[i] ?? 0) * 4;
    if (title === 0) return body === 1 ? varint(gap) : [...varint(gap + 1), ...varint(body - 2)];
    return title === 1 && body === 0 ? varint(gap + 2) : [...varint(gap + 3), ...varint(title), ...varint(body)];
  });
}

function encodeFullBlock(block: Posting[], gaps: number[]): number[] {
  const columns = [gaps, block.map((p) => p.tf[0]), block.map((p) => p.tf[1])];
  return [...columns.map(widthOf), ...columns.flatMap((column) => pack(column, widthOf(column)))];
}

type Entry = [key: Uint8Array, value: number[]];
interface Section {
  tag: number;
  bytes: number[];
  parameter?: number;
  auxiliaryLength?: number;
  auxiliaryOffset?: number;
}

const byKey = (a: Entry, b: Entry) => Buffer.compare(a[0], b[0]);

/** Front-coded blocks of at least 1,024 bytes, and of at least `minEntries` entries. */
function tableBlocks(entries: Entry[], minEntries: number): { first: Uint8Array; bytes: number[] }[] {
  const blocks: { first: Uint8Array; bytes: number[]; entries: number }[] = [];
  let previous: Uint8Array = new Uint8Array();
  for (const [key, value] of entries) {
    let block = blocks.at(-1);
    if (!block || (block.bytes.length >= 1024 && block.entries >= minEntries)) {
      block = { first: key, bytes: [], entries: 0 };
      blocks.push(block);
      previous = new Uint8Array();
    }
    let shared = 0;
    while (shared < previous.length && previous[shared] === key[shared]) shared++;
    const rest = key.subarray(shared);
    for (const byte of [...varint(shared), ...varint(rest.length), ...rest, ...varint(value.length)])
      block.bytes.push(byte);
    for (const byte of value) block.bytes.push(byte);
    block.entries++;
    previous = key;
  }
  return blocks;
}

function tableSection(tag: number, entries: Entry[]): Section {
  const bytes: number[] = [];
  let level = entries.sort(byKey);
  for (let levels = 1; level.length > 0; levels++) {
    const blocks = tableBlocks(level, levels === 1 ? 1 : 2);
    const offset = bytes.length;
    level = blocks.map((block): Entry => {
      const entry: Entry = [block.first, [...varint(bytes.length), ...varint(block.bytes.length)]];
      for (const byte of block.bytes) bytes.push(byte);
      return entry;
    });
    if (blocks.length === 1) {
      return { tag, bytes, parameter: levels, auxiliaryOffset: offset, auxiliaryLength: bytes.length - offset };
    }
  }
  return { tag, bytes };
}

const MASK_64 = (1n << 64n) - 1n;

function hash64(key: Uint8Array): bigint {
  let hash = 14695981039346656037n;
  for (const byte of key) hash = ((hash ^ BigInt(byte)) * 1099511628211n) & MASK_64;
  hash ^= hash >> 32n;
  hash = (hash * 0x9e3779b97f4a7c15n) & MASK_64;
  return hash ^ (hash >> 29n);
}

function filterSection(keys: Uint8Array[]): Section {
  const blocks = Math.ceil((10 * keys.length) / 512);
  const bytes = new Array<number>(64 * blocks).fill(0);
  for (const key of keys) {
    const hash = hash64(key);
    const block = Number(((hash >> 32n) * BigInt(blocks)) >> 32n);
    const a = Number(hash % 512n);
    const b = Number((hash >> 9n) % 512n) | 1;
    for (let i = 0; i < 6; i++) {
      const bit = (a + i * b) % 512;
      const at = 64 * block + (bit >> 3);
      bytes[at] = (bytes[at] ?? 0) | (1 << (bit & 7));
    }
  }
  return { tag: 8, bytes };
}

function uriEntries(firstRecord: number, records: SegmentRecord[]): Entry[] {
  const versions = new Map<string, number[][]>();
  records.forEach((record, i) => {
    const kind = record.kind & 0x7f;
    const what = kind === 2 ? 1 : kind === 3 ? 2 : kind === 6 ? 3 : 0;
    const list = versions.get(record.uri) ?? [];
    list.unshift([record.sequence, record.branch * 4 + what, what === 3 ? record.promoted : firstRecord + i]);
    versions.set(record.uri, list);
  });
  return [...versions].map(
    ([uri, list]): Entry => [
      Buffer.from(uri),
      list.flatMap(([sequence = 0, branchAndWhat = 0, record = 0], i) => [
        ...varint(i === 0 ? sequence : (list[i - 1]?.[0] ?? 0) - sequence),
        ...varint(branchAndWhat),
        ...varint(record),
      ]),
    ],
  );
}

/** Sections 9 and 10, and the number of terms. */
function termSections(records: SegmentRecord[]): [postings: Section, terms: Section, count: number] {
  const terms = new Map<string, Posting[]>();
  records.forEach((record, ordinal) => {
    for (const field of [0, 1] as const) {
      for (const word of field === 0 ? record.title : record.body) {
        const list = terms.get(word) ?? [];
        if (list.at(-1)?.ordinal !== ordinal) {
          list.push({ ordinal, tf: [0, 0], lengths: [record.title.length, record.body.length] });
        }
        const last = list.at(-1);
        if (last) last.tf[field]++;
        terms.set(word, list);
      }
    }
  });
  const postings: number[] = [];
  const sorted = [...terms]
    .map(([word, list]) => [Buffer.from(word), list] as const)
    .sort((a, b) => Buffer.compare(a[0], b[0]));
  const entries = sorted.map(([word, list]): Entry => {
    const encoded = encodePostings(list);
    if (encoded.length <= 24) return [word, [...varint(list.length * 2 + 1), ...encoded]];
    const value = [...varint(list.length * 2), ...varint(postings.length), ...varint(encoded.length)];
    for (const byte of encoded) postings.push(byte);
    return [word, value];
  });
  return [{ tag: 9, bytes: postings }, tableSection(10, entries), entries.length];
}

function lengthSection(tag: number, lengths: number[]): Section {
  const largest = Math.max(...lengths);
  const width = largest <= 0xff ? 1 : largest <= 0xffff ? 2 : 4;
  return { tag, bytes: lengths.flatMap((length) => littleEndian(length, width)), parameter: width };
}

function runBytes(records: SegmentRecord[]): number[] {
  return records.flatMap(({ branch, sequence }, i) => {
    const before = records[i - 1];
    if (before?.branch === branch && before.sequence === sequence) return [];
    return [...littleEndian(i, 4), ...littleEndian(branch, 4), ...littleEndian(sequence, 8)];
  });
}

function exceptionBytes(firstRecord: number, records: SegmentRecord[]): number[] {
  const all = records.flatMap((record, i) =>
    record.exceptions.map(([document, branch, sign]) => ({ document, branch, order: (firstRecord + i) * 2 + sign })),
  );
  all.sort((a, b) => a.document - b.document || a.order - b.order);
  return all.flatMap((e) => [
    ...littleEndian(e.document, 4),
    ...littleEndian(e.branch, 4),
    ...littleEndian(e.order, 8),
  ]);
}

function contentBytes(records: SegmentRecord[]): number[] {
  const all = records.flatMap(({ contentPrefix }, ordinal) =>
    contentPrefix === null ? [] : [{ prefix: contentPrefix, ordinal }],
  );
  all.sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : a.ordinal - b.ordinal));
  return [...all.flatMap((c) => littleEndian(c.prefix, 8)), ...all.flatMap((c) => littleEndian(c.ordinal, 4))];
}

function nameEntries(firstRecord: number, records: SegmentRecord[]): Entry[] {
  const names = new Map<string, number>();
  records.forEach((record, i) => {
    for (const name of record.names) names.set(Buffer.from(name).toString("latin1"), firstRecord + i);
  });
  return [...names].map(([name, record]): Entry => [Buffer.from(name, "latin1"), varint(record)]);
}

/** The data of a segment over these records. */
export function buildReference(firstRecord: number, records: SegmentRecord[], packs: SegmentPack[]): Uint8Array {
  const ordinalsOf = (kind: number) => records.flatMap((record, i) => (record.kind === kind ? [i] : []));
  const uris = uriEntries(firstRecord, records);
  const [postings, terms, termCount] = termSections(records);
  const titles = records.map((record) => record.title.length);
  const bodies = records.map((record) => record.body.length);
  const sections: Section[] = [
    { tag: 1, bytes: records.flatMap((record) => littleEndian(record.address, 8)) },
    { tag: 2, bytes: records.map((record) => record.kind) },
    { tag: 3, bytes: runBytes(records) },
    lengthSection(4, titles),
    lengthSection(5, bodies),
    { tag: 6, bytes: exceptionBytes(firstRecord, records) },
    tableSection(7, uris),
    filterSection(uris.map(([key]) => key)),
    postings,
    terms,
    { tag: 11, bytes: contentBytes(records) },
    { tag: 12, bytes: packs.flatMap((p) => [...littleEndian(p.offset, 8), ...p.hash]) },
    tableSection(13, nameEntries(firstRecord, records)),
    { tag: 14, bytes: ordinalsOf(5).flatMap((ordinal) => littleEndian(ordinal, 4)) },
    {
      tag: 15,
      bytes: [
        ...ordinalsOf(4).flatMap((ordinal) => littleEndian(ordinal, 4)),
        ...ordinalsOf(4).map((i) => Math.min(records[i]?.tag ?? 0, 255)),
      ],
    },
  ];
  const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
  const documents = records.filter((record) => record.kind >= 0x80).length;
  const numbers = {
    firstRecord,
    count: records.length,
    documents,
    totals: [sum(titles), sum(bodies)],
    uris: uris.length,
    terms: termCount,
  };
  return layOut(sections, numbers);
}

interface Numbers {
  firstRecord: number;
  count: number;
  documents: number;
  totals: number[];
  uris: number;
  terms: number;
}

/** Sections, directory, footer. */
function layOut(sections: Section[], numbers: Numbers): Uint8Array {
  const data: number[] = [];
  const directory: number[] = [];
  for (const section of sections.filter(({ bytes }) => bytes.length > 0)) {
    directory.push(...littleEndian(section.tag, 2), ...littleEndian(section.parameter ?? 0, 2));
    directory.push(...littleEndian(section.auxiliaryLength ?? 0, 4), ...littleEndian(data.length, 8));
    directory.push(...littleEndian(section.bytes.length, 8), ...littleEndian(section.auxiliaryOffset ?? 0, 8));
    for (const byte of section.bytes) data.push(byte);
    while (data.length % 8 !== 0) data.push(0);
  }
  const footer = [
    ...littleEndian(numbers.firstRecord, 8),
    ...littleEndian(numbers.count, 4),
    ...littleEndian(numbers.documents, 4),
    ...numbers.totals.flatMap((total) => littleEndian(total, 8)),
    ...littleEndian(numbers.uris, 4),
    ...littleEndian(numbers.terms, 4),
    ...new Array<number>(16).fill(0),
    ...littleEndian(directory.length / 32, 4),
    ...littleEndian(1, 4),
  ];
  return Uint8Array.from([...data, ...directory, ...footer]);
}
