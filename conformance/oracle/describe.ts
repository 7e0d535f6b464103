import { ByteReader, toHex } from "./bytes.js";
import { type Section, SectionTag } from "./directory.js";
import { decodePostings } from "./postings.js";
import { readTable } from "./table.js";

/** Says in words what a section holds, a line an entry. Throws `corrupt` where it can't be decoded. */
export type Describe = (section: Section, postings: Uint8Array) => string[];

const WHAT = ["content", "removal", "alias", "promotion"];

/** Decoders of all sections that version 1 knows, by tag. */
export const describeSection: Readonly<Record<number, Describe>> = {
  [SectionTag.addresses]: each((from) => `address ${from.u64()}`),
  [SectionTag.kinds]: each((from) => `kind 0x${from.u8().toString(16)}`),
  [SectionTag.runs]: each((from) => `from ordinal ${from.u32()}: branch ${from.u32()}, sequence ${from.u64()}`),
  [SectionTag.titleLengths]: describeLengths,
  [SectionTag.bodyLengths]: describeLengths,
  [SectionTag.exceptions]: each(describeException),
  [SectionTag.uris]: (section) =>
    readTable(section).map(({ key, value }) => `${showText(key)} → ${describeVersions(value)}`),
  [SectionTag.uriFilter]: each((from) => toHex(from.take(64))),
  [SectionTag.postings]: (section) => [`${section.bytes.length} bytes of postings`],
  [SectionTag.terms]: (section, postings) =>
    readTable(section).map(({ key, value }) => `${showText(key)} → ${describeTerm(value, postings)}`),
  [SectionTag.contents]: describeContents,
  [SectionTag.packs]: each((from) => `pack at ${from.u64()}, hash ${toHex(from.take(32))}`),
  [SectionTag.names]: (section) =>
    readTable(section).map(({ key, value }) => `${showText(key)} → record ${whole(value, (from) => from.varint())}`),
  [SectionTag.checkpoints]: each((from) => `checkpoint at ordinal ${from.u32()}`),
  [SectionTag.events]: describeEvents,
};

/** A section of entries of one form, up to its end. */
function each(describe: (from: ByteReader) => string): Describe {
  return (section) => {
    const reader = new ByteReader(section.bytes, `section ${section.tag}`);
    const lines: string[] = [];
    while (reader.left > 0) lines.push(describe(reader));
    return lines;
  };
}

function whole<T>(bytes: Uint8Array, parse: (from: ByteReader) => T): T {
  const reader = new ByteReader(bytes, "value of a table");
  const value = parse(reader);
  reader.expectEnd();
  return value;
}

function describeLengths(section: Section): string[] {
  const reader = new ByteReader(section.bytes, `section ${section.tag}`);
  const width = section.parameter;
  if (width !== 1 && width !== 2 && width !== 4) reader.fail(`has the parameter ${width}`);
  const lines: string[] = [];
  while (reader.left > 0) lines.push(`${width === 1 ? reader.u8() : width === 2 ? reader.u16() : reader.u32()} tokens`);
  return lines;
}

function describeException(from: ByteReader): string {
  const document = from.u32();
  const branch = from.u32();
  const causeAndSign = from.u64Exact();
  return `document ${document} ${causeAndSign % 2n === 1n ? "shows" : "no longer shows"} on branch ${branch} from record ${causeAndSign / 2n} on`;
}

function describeVersions(value: Uint8Array): string {
  const reader = new ByteReader(value, "versions of a URI");
  const versions: string[] = [];
  let sequence: number | undefined;
  while (reader.left > 0) {
    const coded = reader.varint();
    sequence = sequence === undefined ? coded : sequence - coded;
    if (sequence < 0) reader.fail("has a negative sequence");
    const branchAndWhat = reader.varint();
    const branch = Math.floor(branchAndWhat / 4);
    versions.push(
      `${WHAT[branchAndWhat % 4]} on branch ${branch} at sequence ${sequence} by record ${reader.varint()}`,
    );
  }
  return versions.join("; ");
}

function describeTerm(value: Uint8Array, allPostings: Uint8Array): string {
  const reader = new ByteReader(value, "postings of a term");
  const head = reader.varint();
  const df = Math.floor(head / 2);
  const inline = head % 2 === 1;
  const at = inline ? 0 : reader.varint();
  const length = inline ? reader.left : reader.varint();
  if (at + length > allPostings.length && !inline) reader.fail("lie outside section 9");
  const bytes = inline ? reader.take(length) : allPostings.subarray(at, at + length);
  reader.expectEnd();
  const { postings, skip } = decodePostings(bytes, df);
  const list = postings.map(({ ordinal, tfs }) => `${ordinal}:${tfs.join("/")}`).join(" ");
  const bounds = skip
    .map((entry) => `[≤${entry.lastOrdinal} ${entry.bounds.map((bound) => bound.join("/")).join(" ")}]`)
    .join("");
  return `df ${df}${inline ? " inline" : ` at ${at}`} ${bounds} ${list}`;
}

function describeContents(section: Section): string[] {
  const reader = new ByteReader(section.bytes, "section 11");
  if (section.bytes.length % 12 !== 0) reader.fail("has a length that isn't a multiple of 12");
  const count = section.bytes.length / 12;
  const hashes = Array.from({ length: count }, () => reader.u64Exact());
  return hashes.map((value) => `content hash ${value.toString(16).padStart(16, "0")} at ordinal ${reader.u32()}`);
}

function describeEvents(section: Section): string[] {
  const reader = new ByteReader(section.bytes, "section 15");
  if (section.bytes.length % 5 !== 0) reader.fail("has a length that isn't a multiple of 5");
  const ordinals = Array.from({ length: section.bytes.length / 5 }, () => reader.u32());
  return ordinals.map((ordinal) => `event at ordinal ${ordinal} with tag ${reader.u8()}`);
}

/** Bytes as text where they are UTF-8 that can be printed, else as hexadecimal. */
export function showText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.stringify(text);
  } catch {
    return `0x${toHex(bytes)}`;
  }
}
