import { ByteReader, ByteWriter } from "./bytes.js";
import { demand } from "./failure.js";

/** Names of the counters of a commit, in file order (part 5). */
export const COUNTER_NAMES = [
  "uris",
  "revisions",
  "removals",
  "events",
  "checkpoints",
  "contentBytesPut",
  "contentBytesStored",
  "frames",
  "payloadBytes",
  "contentBytesRepeated",
] as const;
export type Counters = Record<(typeof COUNTER_NAMES)[number], number>;

export interface FileRange {
  readonly start: number;
  readonly end: number;
}

export interface FrameReference {
  readonly offset: number;
  readonly hash: Uint8Array;
}

export interface MaskedExtent {
  readonly index: number;
  readonly mask: number;
}

export interface SegmentReference {
  readonly firstExtentOffset: number;
  /** D, the length of the segment's data. */
  readonly dataBytes: number;
  readonly firstRecord: number;
  readonly recordCount: number;
  readonly root: Uint8Array;
  readonly maskedExtents: readonly MaskedExtent[];
}

/** The body of a commit frame. */
export interface CommitBody {
  readonly sequence: number;
  readonly committedAtMs: number;
  readonly batchStart: number;
  readonly previousOffset: number;
  readonly previousRoot: Uint8Array;
  readonly batchDigest: Uint8Array;
  readonly recordCount: number;
  readonly counters: Counters;
  /** The dictionary that a writer uses for new records. */
  readonly dictionary: FrameReference | undefined;
  /** Branches besides `main`. */
  readonly branchCount: number;
  readonly deadRanges: readonly FileRange[];
  readonly tailPacks: readonly FrameReference[];
  /** The live segments; undefined where the commit has no list. */
  readonly segments: readonly SegmentReference[] | undefined;
}

/** Parses a commit frame's body (part 5); what can be judged without the rest of the file is checked. Throws `corrupt`. */
export function parseCommitBody(body: Uint8Array, frameOffset: number): CommitBody {
  const reader = new ByteReader(body, `commit frame at ${frameOffset}`);
  const sequence = reader.u64();
  if (sequence === 0) reader.fail("has sequence 0");
  const committedAtMs = reader.u64();
  const batchStart = reader.u64();
  const previousOffset = reader.u64();
  const previousRoot = reader.take(32);
  const batchDigest = reader.take(32);
  const recordCount = reader.varint();
  const counters = Object.fromEntries(COUNTER_NAMES.map((name) => [name, reader.varint()])) as Counters;
  const dictionary = parseOptionalReference(reader);
  const branchCount = reader.varint();
  const deadRanges = list(reader, (from) => ({ start: from.varint(), end: from.varint() }));
  const tailPacks = list(reader, (from) => ({ offset: from.varint(), hash: from.take(32) }));
  const listFlag = reader.u8();
  if (listFlag > 1) reader.fail(`has the segment list flag ${listFlag}`);
  const segments = listFlag === 1 ? list(reader, parseSegmentReference) : undefined;
  reader.expectEnd();
  if (segments) checkSegmentList(segments, recordCount, frameOffset);
  return {
    sequence,
    committedAtMs,
    batchStart,
    previousOffset,
    previousRoot,
    batchDigest,
    recordCount,
    counters,
    dictionary,
    branchCount,
    deadRanges,
    tailPacks,
    segments,
  };
}

/** Offset and hash of a frame, or one byte 0 for none. */
export function parseOptionalReference(reader: ByteReader): FrameReference | undefined {
  const offset = reader.varint();
  return offset === 0 ? undefined : { offset, hash: reader.take(32) };
}

export function encodeOptionalReference(writer: ByteWriter, reference: FrameReference | undefined): void {
  writer.varint(reference?.offset ?? 0);
  if (reference) writer.put(reference.hash);
}

function list<T>(reader: ByteReader, parse: (reader: ByteReader) => T): T[] {
  const count = reader.varint();
  // Each entry takes a byte or more: a greater count is refused before it is looped over.
  if (count > reader.left) reader.fail(`has a list of ${count} entries`);
  return Array.from({ length: count }, () => parse(reader));
}

function parseSegmentReference(reader: ByteReader): SegmentReference {
  const firstExtentOffset = reader.varint();
  const dataBytes = reader.varint();
  const firstRecord = reader.varint();
  const recordCount = reader.varint();
  const root = reader.take(32);
  const maskedExtents = list(reader, (from) => ({ index: from.varint(), mask: from.u32() }));
  if (dataBytes === 0 || dataBytes % 8 !== 0) reader.fail(`has a segment of ${dataBytes} bytes`);
  if (recordCount === 0) reader.fail("has a segment without records");
  maskedExtents.forEach(({ index, mask }, i) => {
    if (mask === 0) reader.fail(`names extent ${index} as masked with 0`);
    if (i > 0 && index <= (maskedExtents[i - 1]?.index ?? 0)) reader.fail("names masked extents that do not ascend");
  });
  return { firstExtentOffset, dataBytes, firstRecord, recordCount, root, maskedExtents };
}

function checkSegmentList(segments: readonly SegmentReference[], recordCount: number, frameOffset: number): void {
  let covered = 0;
  for (const segment of segments) {
    demand(
      segment.firstRecord === covered,
      `segment begins at record ${segment.firstRecord}, not ${covered}`,
      frameOffset,
    );
    covered += segment.recordCount;
  }
  demand(covered <= recordCount, `segments cover ${covered} records of ${recordCount}`, frameOffset);
}

/** Number of records that a segment list covers. */
export function coveredRecords(segments: readonly SegmentReference[]): number {
  return segments.reduce((sum, segment) => sum + segment.recordCount, 0);
}

export function encodeCommitBody(commit: CommitBody): Uint8Array {
  const writer = new ByteWriter().u64(commit.sequence).u64(commit.committedAtMs).u64(commit.batchStart);
  writer.u64(commit.previousOffset).put(commit.previousRoot).put(commit.batchDigest).varint(commit.recordCount);
  for (const name of COUNTER_NAMES) writer.varint(commit.counters[name]);
  encodeOptionalReference(writer, commit.dictionary);
  writer.varint(commit.branchCount);
  writer.varint(commit.deadRanges.length);
  for (const range of commit.deadRanges) writer.varint(range.start).varint(range.end);
  writer.varint(commit.tailPacks.length);
  for (const pack of commit.tailPacks) writer.varint(pack.offset).put(pack.hash);
  writer.u8(commit.segments ? 1 : 0);
  if (commit.segments) encodeSegmentList(writer, commit.segments);
  return writer.finish();
}

function encodeSegmentList(writer: ByteWriter, segments: readonly SegmentReference[]): void {
  writer.varint(segments.length);
  for (const segment of segments) {
    writer.varint(segment.firstExtentOffset).varint(segment.dataBytes).varint(segment.firstRecord);
    writer.varint(segment.recordCount).put(segment.root).varint(segment.maskedExtents.length);
    for (const { index, mask } of segment.maskedExtents) writer.varint(index).u32(mask);
  }
}
