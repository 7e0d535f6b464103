/** What the tests of building and merging share: random records, a file in memory, and the core over it. */
import { compileForTest } from "./compile.js";
import type { SegmentPack, SegmentRecord } from "./memtable-reference.js";

export const OK = 0;
export const CORRUPT = -3;
export const READ_FAILED = -5;
export const WRITE_FAILED = -6;

export interface SegmentExports {
  memory: WebAssembly.Memory;
  takeChunk(bits: number): number;
  chunkBytesInUse(): number;
  sourceReset(length: bigint): void;
  beginBatch(start: bigint, headOffset: bigint, headHash: bigint): void;
  flushOutput(): number;
  releaseOutput(): void;
  memtableReset(firstRecord: number): void;
  memtableAddRecord(
    uri: number,
    length: number,
    kind: number,
    tag: number,
    branch: number,
    sequence: bigint,
    address: bigint,
    promoted: number,
  ): number;
  memtableAddException(document: number, branch: number, cause: number, sign: number): number;
  memtableAddName(key: number, length: number, record: number): number;
  memtableAddContent(prefix: bigint, ordinal: number): number;
  memtableAddPack(offset: bigint, hash: number): number;
  memtableIndexDocument(
    ordinal: number,
    analyzer: number,
    title: number,
    titleLength: number,
    body: number,
    bodyLength: number,
  ): number;
  memtableBytes(): number;
  buildSegment(): number;
  mergeSegments(segments: number, count: number): number;
  planMerge(segments: number, count: number): number;
  segmentLevel(dataLength: bigint): number;
  openWritten(): number;
  openSegment(
    firstExtent: bigint,
    dataLength: bigint,
    firstRecord: number,
    recordCount: number,
    root: number,
    masks: number,
    maskCount: number,
  ): number;
  closeSegment(segment: number): void;
  loadDirectory(segment: number): number;
  writtenLength(): number;
  root(): number;
  setDataLength(segment: number, length: number): void;
  startSegmentReading(): void;
  readBytes(segment: number, offset: bigint, length: number, destination: number): number;
  configurePages(bytes: number): void;
  pageCacheBytes(): number;
  releasePages(): void;
}

/** A capsule file in memory behind the core's imports. */
export class MemoryFile {
  bytes = Buffer.alloc(1 << 16);
  length = 256;
  core: SegmentExports | undefined;
  /** Reads or appends to come before one fails; -1 for never. */
  readsLeft = -1;
  appendsLeft = -1;

  private view(at: number, length: number): Uint8Array {
    return new Uint8Array(this.core?.memory.buffer ?? new ArrayBuffer(0), at, length);
  }

  /** Makes room for `length` bytes in all. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.max(length, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  read = (offset: number, length: number, destination: number): number => {
    if (this.readsLeft === 0) return READ_FAILED;
    this.readsLeft--;
    const count = Math.max(0, Math.min(length, this.length - offset));
    this.view(destination, count).set(this.bytes.subarray(offset, offset + count));
    return count;
  };

  append = (source: number, length: number): number => {
    if (this.appendsLeft === 0) return WRITE_FAILED;
    this.appendsLeft--;
    this.reserve(this.length + length);
    this.bytes.set(this.view(source, length), this.length);
    this.length += length;
    return OK;
  };
}

export interface Harness {
  core: SegmentExports;
  file: MemoryFile;
  /** Address of 1 MiB for input. */
  io: number;
  /** Address of a list of segments. */
  list: number;
}

export async function openHarness(): Promise<Harness> {
  const file = new MemoryFile();
  const host = { read: file.read, append: file.append, write: () => WRITE_FAILED };
  const core = await compileForTest<SegmentExports>("asm/testing/memtable-segments.ts", { imports: { host } });
  file.core = core;
  return { core, file, io: core.takeChunk(20), list: core.takeChunk(14) };
}

export const DEFAULT_CACHE_BYTES = 16 << 20;

/** Begins again with an empty file and an empty memtable. Segments that are open stay so, but can't be read. */
export function resetHarness({ core, file }: Harness): void {
  file.length = 256;
  file.readsLeft = -1;
  file.appendsLeft = -1;
  core.sourceReset(256n);
  core.releaseOutput();
  core.beginBatch(256n, 0n, 0n);
  core.memtableReset(0);
  core.configurePages(DEFAULT_CACHE_BYTES);
  core.startSegmentReading();
}

const PLAIN = 2;
const encoder = new TextEncoder();

/** Puts records and their packs in the memtable, which begins at `firstRecord`. */
export function fillMemtable(
  { core, io }: Harness,
  firstRecord: number,
  records: SegmentRecord[],
  packs: SegmentPack[],
): void {
  const place = (bytes: Uint8Array, at = io): [number, number] => {
    new Uint8Array(core.memory.buffer).set(bytes, at);
    return [at, bytes.length];
  };
  const check = (status: number) => {
    if (status < 0) throw new Error(`The memtable answers ${status}`);
  };
  core.memtableReset(firstRecord);
  for (const pack of packs) check(core.memtableAddPack(pack.offset, place(pack.hash)[0]));
  records.forEach((record, ordinal) => {
    for (const [document, branch, sign] of record.exceptions)
      check(core.memtableAddException(document, branch, firstRecord + ordinal, sign));
    check(
      core.memtableAddRecord(
        ...place(encoder.encode(record.uri)),
        record.kind,
        record.tag,
        record.branch,
        BigInt(record.sequence),
        record.address,
        record.promoted,
      ),
    );
    for (const name of record.names) check(core.memtableAddName(...place(name), firstRecord + ordinal));
    if (record.contentPrefix !== null) check(core.memtableAddContent(record.contentPrefix, ordinal));
    if (record.kind < 0x80) return;
    const title = place(encoder.encode(record.title.join(" ")));
    check(
      core.memtableIndexDocument(
        ordinal,
        PLAIN,
        ...title,
        ...place(encoder.encode(record.body.join(" ")), io + title[1]),
      ),
    );
  });
}

/** The data of an open segment, every page checked against its hash. */
export function dataOf({ core, io }: Harness, segment: number, length: number): Buffer {
  const data = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1 << 20) {
    const piece = Math.min(1 << 20, length - at);
    const status = core.readBytes(segment, BigInt(at), piece, io);
    if (status !== OK) throw new Error(`Reading the segment answers ${status}`);
    data.set(new Uint8Array(core.memory.buffer, io, piece), at);
  }
  return data;
}

export interface BuiltSegment {
  segment: number;
  length: number;
}

/** Takes the segment that was written last; it stays open. */
export function takeWritten(harness: Harness): BuiltSegment {
  const segment = harness.core.openWritten();
  if (segment === 0) throw new Error("The segment written last can't be opened");
  return { segment, length: harness.core.writtenLength() };
}

export function buildIn(
  harness: Harness,
  firstRecord: number,
  records: SegmentRecord[],
  packs: SegmentPack[],
): BuiltSegment {
  fillMemtable(harness, firstRecord, records, packs);
  const status = harness.core.buildSegment();
  if (status !== OK) throw new Error(`buildSegment() answers ${status}`);
  harness.core.memtableReset(0);
  return takeWritten(harness);
}

/** Merges segments; answers a status. */
export function mergeIn({ core, list }: Harness, segments: BuiltSegment[]): number {
  new Uint32Array(core.memory.buffer, list, segments.length).set(segments.map(({ segment }) => segment));
  return core.mergeSegments(list, segments.length);
}

/** A pack with its records. */
export interface ModelPack extends SegmentPack {
  records: SegmentRecord[];
}

/** Numbers below a limit, by a linear congruential generator (Knuth, MMIX). */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = BigInt(seed);
  return (limit) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(limit));
  };
}

export interface ModelOptions {
  seed: number;
  packs: number;
  firstRecord: number;
  /** Most records in a pack. */
  packRecords?: number;
}

/** Random packs of random records, in which things repeat often enough to meet again across any cut. */
export function randomPacks({ seed, packs, firstRecord, packRecords = 12 }: ModelOptions): ModelPack[] {
  const random = randomNumbers(seed);
  const chance = (percent: number) => random(100) < percent;
  let offset = 4096n + BigInt(8 * random(1000));
  let sequence = 1 + random(300);
  let branch = 0;
  let number = firstRecord;
  return Array.from({ length: packs }, (_, i): ModelPack => {
    // Neighbouring packs often share branch and sequence, so that runs go on across them.
    if (chance(50)) sequence += random(3) === 0 ? 200 : 1;
    if (chance(30)) branch = random(3);
    offset += BigInt(8 * (1 + random(4000)));
    const records = Array.from({ length: 1 + random(packRecords) }, (_, index) =>
      randomRecord(random, { number: number++, branch, sequence, address: (offset / 8n) * 16384n + BigInt(index) }),
    );
    return { offset, hash: Uint8Array.from({ length: 32 }, (_, at) => (i * 31 + at * 7) & 255), records };
  });
}

function randomRecord(
  random: (limit: number) => number,
  at: { number: number; branch: number; sequence: number; address: bigint },
): SegmentRecord {
  const chance = (percent: number) => random(100) < percent;
  const kind = chance(70) ? 0x81 : 1 + random(6);
  const words = (count: number, from: number) => Array.from({ length: count }, () => randomWord(random, from));
  const bodyWords = chance(2) ? 260 + random(400) : random(30);
  const prefix = chance(20) ? BigInt(random(4)) << 62n : BigInt(random(1 << 30)) * 0x9e3779b97f4a7c15n;
  const label = Buffer.from([0x6c, 0, 0, 0, at.branch, ...encoder.encode(`label-${random(8)}`)]);
  return {
    uri: `mv2://w/${"directory/".repeat(random(3))}${random(4) ? "file" : "f"}-${random(160)}`,
    kind,
    tag: kind === 4 ? random(400) : 0,
    branch: at.branch,
    sequence: at.sequence,
    address: at.address,
    promoted: kind === 6 ? random(at.number + 1) : 0,
    title: kind === 0x81 ? words(random(5), 20) : [],
    body: kind === 0x81 ? words(bodyWords, 400) : [],
    contentPrefix: chance(60) ? BigInt.asUintN(64, prefix) : null,
    names: kind === 5 ? [Buffer.from(`i${at.number % 50}`), ...(chance(50) ? [label] : [])] : [],
    exceptions:
      at.number > 0 && chance(25)
        ? [
            [random(at.number), at.branch, 0],
            ...(kind === 6 ? [[random(at.number), at.branch, 1] as [number, number, number]] : []),
          ]
        : [],
  };
}

/** A word: a few are in nearly every text, most are rare. */
function randomWord(random: (limit: number) => number, vocabulary: number): string {
  const rank = random(random(random(vocabulary) + 1) + 1);
  return rank < 3 ? (["a", "the", "retry"][rank] ?? "a") : `w${rank.toString(36)}${"x".repeat(rank % 13)}`;
}

export const recordsOf = (packs: ModelPack[]) => packs.flatMap(({ records }) => records);
