import { ByteReader, ByteWriter, concat } from "./bytes.js";

export const POSTINGS_BLOCK = 128;
/** Greatest tf that is stored, and greatest length that a skip entry holds. */
export const MAX_U16 = 65_535;
const FIELDS = 2;
const LANES = 4;

/** One document of a term's list: ordinal in the segment, and how often the term stands in title and body. */
export interface Posting {
  readonly ordinal: number;
  readonly tfs: readonly [number, number];
}

/** Lengths of a document's two fields, by ordinal. */
export type FieldLengths = (ordinal: number) => readonly [number, number];

/** Encodes a term's postings (part 7.4). */
export function encodePostings(postings: readonly Posting[], lengths: FieldLengths): Uint8Array {
  if (postings.length < POSTINGS_BLOCK) return encodeRemainder(postings, -1);
  const blocks: Uint8Array[] = [];
  const skip = new ByteWriter();
  let offset = 0;
  let previous = -1;
  for (let at = 0; at < postings.length; at += POSTINGS_BLOCK) {
    const block = postings.slice(at, at + POSTINGS_BLOCK);
    const bytes = block.length === POSTINGS_BLOCK ? encodeFullBlock(block, previous) : encodeRemainder(block, previous);
    previous = block.at(-1)?.ordinal ?? previous;
    skip.u32(previous).u32(offset);
    for (let field = 0; field < FIELDS; field++) {
      skip.u16(Math.max(...block.map(({ tfs }) => tfs[field] ?? 0)));
      skip.u16(Math.min(MAX_U16, ...block.map(({ ordinal }) => lengths(ordinal)[field] ?? 0)));
    }
    blocks.push(bytes);
    offset += bytes.length;
  }
  return concat(skip.finish(), ...blocks);
}

function encodeFullBlock(block: readonly Posting[], previous: number): Uint8Array {
  const gaps = block.map(({ ordinal }, i) => ordinal - (block[i - 1]?.ordinal ?? previous) - 1);
  const columns = [gaps, block.map(({ tfs }) => tfs[0]), block.map(({ tfs }) => tfs[1])];
  const widths = columns.map((values) => bitWidth(Math.max(...values)));
  return concat(Uint8Array.from(widths), ...columns.map((values, i) => packValues(values, widths[i] ?? 0)));
}

/** The least width in bits that holds a value: 0 for 0. */
export function bitWidth(value: number): number {
  return value === 0 ? 0 : value.toString(2).length;
}

/** Packs 128 values: four lanes side by side, each a stream of `width`-bit values in 32-bit words. */
export function packValues(values: readonly number[], width: number): Uint8Array {
  const packed = new Uint8Array(LANES * 4 * width);
  values.forEach((value, i) => {
    for (let bit = 0; bit < width; bit++) {
      const at = packedBit(i, bit, width);
      if ((value >>> bit) & 1) packed[at >> 3] = (packed[at >> 3] ?? 0) | (1 << (at & 7));
    }
  });
  return packed;
}

export function unpackValues(packed: Uint8Array, width: number): number[] {
  return Array.from({ length: POSTINGS_BLOCK }, (_, i) => {
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      const at = packedBit(i, bit, width);
      value += (((packed[at >> 3] ?? 0) >> (at & 7)) & 1) * 2 ** bit;
    }
    return value;
  });
}

/** Where bit `bit` of value `i` lies, in bits from the start of the packed values. */
function packedBit(i: number, bit: number, width: number): number {
  const lane = i % LANES;
  const inLane = Math.floor(i / LANES) * width + bit;
  const word = Math.floor(inLane / 32);
  return 8 * (16 * word + 4 * lane) + (inLane % 32);
}

function encodeRemainder(block: readonly Posting[], previous: number): Uint8Array {
  const writer = new ByteWriter();
  let last = previous;
  for (const { ordinal, tfs } of block) {
    const [title, body] = tfs;
    const code = title === 0 ? (body === 1 ? 0 : 1) : title === 1 && body === 0 ? 2 : 3;
    writer.varint((ordinal - last - 1) * 4 + code);
    if (code === 1) writer.varint(body - 2);
    if (code === 3) writer.varint(title).varint(body);
    last = ordinal;
  }
  return writer.finish();
}

/** A block's entry in the skip table. */
export interface SkipEntry {
  readonly lastOrdinal: number;
  readonly offset: number;
  /** For each field: largest tf, smallest length. */
  readonly bounds: readonly (readonly [number, number])[];
}

/** Decodes a term's postings; `df` is their number. Throws `corrupt`. */
export function decodePostings(bytes: Uint8Array, df: number): { postings: Posting[]; skip: SkipEntry[] } {
  const reader = new ByteReader(bytes, "postings");
  const postings: Posting[] = [];
  const skip: SkipEntry[] = [];
  const blocks = df < POSTINGS_BLOCK ? 1 : Math.ceil(df / POSTINGS_BLOCK);
  if (df >= POSTINGS_BLOCK) for (let i = 0; i < blocks; i++) skip.push(readSkipEntry(reader));
  const start = reader.at;
  for (let i = 0; i < blocks; i++) {
    const entry = skip[i];
    if (entry && entry.offset !== reader.at - start)
      reader.fail(`has block ${i} at another place than the skip table says`);
    const previous = postings.at(-1)?.ordinal ?? -1;
    const count = Math.min(POSTINGS_BLOCK, df - postings.length);
    postings.push(
      ...(count === POSTINGS_BLOCK ? readFullBlock(reader, previous) : readRemainder(reader, previous, count)),
    );
    if (entry && entry.lastOrdinal !== postings.at(-1)?.ordinal)
      reader.fail(`has another last ordinal in block ${i} than the skip table says`);
  }
  reader.expectEnd();
  if (postings.some(({ tfs }) => tfs[0] + tfs[1] === 0 || Math.max(...tfs) > MAX_U16))
    reader.fail("has a tf that is not allowed");
  return { postings, skip };
}

function readSkipEntry(reader: ByteReader): SkipEntry {
  const lastOrdinal = reader.u32();
  const offset = reader.u32();
  const bounds = Array.from({ length: FIELDS }, () => [reader.u16(), reader.u16()] as const);
  return { lastOrdinal, offset, bounds };
}

function readFullBlock(reader: ByteReader, previous: number): Posting[] {
  const [gapWidth = 0, titleWidth = 0, bodyWidth = 0] = [reader.u8(), reader.u8(), reader.u8()];
  if (gapWidth > 32 || titleWidth > 16 || bodyWidth > 16) reader.fail("has a width that is too great");
  const columns = [gapWidth, titleWidth, bodyWidth].map((width) => unpackValues(reader.take(16 * width), width));
  let last = previous;
  return (columns[0] ?? []).map((gap, i) => {
    last += gap + 1;
    return { ordinal: last, tfs: [columns[1]?.[i] ?? 0, columns[2]?.[i] ?? 0] as const };
  });
}

function readRemainder(reader: ByteReader, previous: number, count: number): Posting[] {
  let last = previous;
  return Array.from({ length: count }, () => {
    const head = reader.varint();
    const code = head % 4;
    last += (head - code) / 4 + 1;
    if (code === 0) return { ordinal: last, tfs: [0, 1] as const };
    if (code === 1) return { ordinal: last, tfs: [0, reader.varint() + 2] as const };
    if (code === 2) return { ordinal: last, tfs: [1, 0] as const };
    return { ordinal: last, tfs: [reader.varint(), reader.varint()] as const };
  });
}
