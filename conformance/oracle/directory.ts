import { align8, ByteReader, ByteWriter, isZero } from "./bytes.js";
import { demand } from "./failure.js";

const ENTRY_BYTES = 32;
const FOOTER_BYTES = 64;
const SEGMENT_VERSION = 1;

export const SectionTag = {
  addresses: 1,
  kinds: 2,
  runs: 3,
  titleLengths: 4,
  bodyLengths: 5,
  exceptions: 6,
  uris: 7,
  uriFilter: 8,
  postings: 9,
  terms: 10,
  contents: 11,
  packs: 12,
  names: 13,
  checkpoints: 14,
  events: 15,
} as const;

/** One section of a segment, without its padding. */
export interface Section {
  readonly tag: number;
  readonly parameter: number;
  readonly auxiliaryOffset: number;
  readonly auxiliaryBytes: number;
  readonly bytes: Uint8Array;
}

/** The 64 bytes at the end of a segment's data. */
export interface SegmentTotals {
  readonly firstRecord: number;
  readonly recordCount: number;
  readonly documentCount: number;
  /** Total length in tokens of each field over all documents. */
  readonly fieldTokens: readonly number[];
  readonly uriCount: number;
  readonly termCount: number;
}

export interface SegmentDirectory {
  readonly totals: SegmentTotals;
  readonly sections: readonly Section[];
}

/** Parses a segment's directory (part 7.1) and cuts its data into sections. Throws `corrupt`. */
export function parseDirectory(data: Uint8Array): SegmentDirectory {
  demand(data.length >= FOOTER_BYTES && data.length % 8 === 0, `a segment has ${data.length} bytes`);
  const footer = new ByteReader(data.subarray(data.length - FOOTER_BYTES), "segment footer");
  const firstRecord = footer.u64();
  const recordCount = footer.u32();
  const documentCount = footer.u32();
  const fieldTokens = [footer.u64(), footer.u64()];
  const uriCount = footer.u32();
  const termCount = footer.u32();
  footer.zero(16, "bytes 40 to 56");
  const entryCount = footer.u32();
  const version = footer.u32();
  if (version !== SEGMENT_VERSION) footer.fail(`has segment version ${version}`);
  const start = data.length - FOOTER_BYTES - entryCount * ENTRY_BYTES;
  demand(start >= 0, `a segment has ${entryCount} directory entries`);
  const sections = parseEntries(data, start, entryCount);
  return { totals: { firstRecord, recordCount, documentCount, fieldTokens, uriCount, termCount }, sections };
}

function parseEntries(data: Uint8Array, start: number, entryCount: number): Section[] {
  const reader = new ByteReader(data.subarray(start, start + entryCount * ENTRY_BYTES), "segment directory");
  const sections: Section[] = [];
  let at = 0;
  for (let i = 0; i < entryCount; i++) {
    const tag = reader.u16();
    const parameter = reader.u16();
    const auxiliaryBytes = reader.u32();
    const offset = reader.u64();
    const length = reader.u64();
    const auxiliaryOffset = reader.u64();
    if (tag <= (sections.at(-1)?.tag ?? -1)) reader.fail("has entries that do not ascend by tag");
    if (offset !== at || length === 0)
      reader.fail(`has section ${tag} with ${length} bytes at ${offset} instead of ${at}`);
    at = align8(offset + length);
    if (at > start) reader.fail(`has section ${tag}, which reaches into the directory`);
    demand(isZero(data.subarray(offset + length, at)), `padding of section ${tag} is not zero`);
    if (auxiliaryOffset + auxiliaryBytes > length) reader.fail(`has an auxiliary part outside section ${tag}`);
    sections.push({ tag, parameter, auxiliaryOffset, auxiliaryBytes, bytes: data.subarray(offset, offset + length) });
  }
  demand(at === start, "the directory does not follow the last section");
  return sections;
}

export function encodeSegmentData(totals: SegmentTotals, sections: readonly Section[]): Uint8Array {
  const data = new ByteWriter();
  const entries = new ByteWriter();
  const present = sections.filter(({ bytes }) => bytes.length > 0);
  for (const { tag, parameter, auxiliaryBytes, auxiliaryOffset, bytes } of present) {
    entries.u16(tag).u16(parameter).u32(auxiliaryBytes).u64(data.length).u64(bytes.length).u64(auxiliaryOffset);
    data.put(bytes).pad8();
  }
  data.put(entries.finish()).u64(totals.firstRecord).u32(totals.recordCount).u32(totals.documentCount);
  for (const tokens of totals.fieldTokens) data.u64(tokens);
  data.u32(totals.uriCount).u32(totals.termCount).zero(16).u32(present.length).u32(SEGMENT_VERSION);
  return data.finish();
}
