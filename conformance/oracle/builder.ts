import { ByteWriter, compareBytes, concat, encodeText, hash, toHex } from "./bytes.js";
import { encodeSegmentData, type Section, SectionTag } from "./directory.js";
import { exceptionsOf } from "./exceptions.js";
import { type FieldTerms, fieldTerms, type Tokenize } from "./fields.js";
import { buildFilter } from "./filter.js";
import type { History, StoredRecord } from "./history.js";
import { actingKind, DOCUMENT_FLAG, RecordKind } from "./pack.js";
import { encodePostings, MAX_U16, type Posting } from "./postings.js";
import { buildTable, type TableEntry } from "./table.js";
import { shownRecord } from "./view.js";

/** Lists up to this long stand in the term's value (part 7.4). */
const INLINE_POSTINGS_BYTES = 24;
const MIN_HASHED_CONTENT_BYTES = 32;

/** A document taken apart: the terms of title and body. */
interface AnalyzedDocument {
  readonly ordinal: number;
  readonly fields: FieldTerms;
}

/** Builds the data of the segment over some records, from nothing but the history (part 7: it is a pure function of them). */
export function buildSegmentData(
  history: History,
  firstRecord: number,
  recordCount: number,
  tokenize: Tokenize,
): Uint8Array {
  const records = history.records.slice(firstRecord, firstRecord + recordCount);
  const analyzed = records.flatMap((record, ordinal) =>
    record.isDocument ? [{ ordinal, fields: fieldTerms(history, record, tokenize) }] : [],
  );
  const uris = uriTable(history, records);
  const { postings, terms } = termSections(analyzed);
  const sections: Section[] = [
    each(SectionTag.addresses, records, (to, { address }) => to.u64(address)),
    each(SectionTag.kinds, records, (to, { kind, isDocument }) => to.u8(kind + (isDocument ? DOCUMENT_FLAG : 0))),
    plain(SectionTag.runs, (to) => putRuns(to, records)),
    lengthSection(SectionTag.titleLengths, analyzed, 0, recordCount),
    lengthSection(SectionTag.bodyLengths, analyzed, 1, recordCount),
    plain(SectionTag.exceptions, (to) => putExceptions(to, history, firstRecord, recordCount)),
    buildTable(SectionTag.uris, uris),
    plain(SectionTag.uriFilter, (to) => to.put(buildFilter(uris.map(({ key }) => key)))),
    plain(SectionTag.postings, (to) => to.put(postings)),
    buildTable(SectionTag.terms, terms),
    plain(SectionTag.contents, (to) => putContents(to, history, records)),
    plain(SectionTag.packs, (to) => putPacks(to, history, records)),
    buildTable(SectionTag.names, nameTable(records)),
    each(SectionTag.checkpoints, ordinalsOf(records, RecordKind.checkpoint), (to, ordinal) => to.u32(ordinal)),
    plain(SectionTag.events, (to) => putEvents(to, records)),
  ];
  const fieldTokens = [0, 1].map((field) =>
    analyzed.reduce((total, { fields }) => total + (fields[field]?.length ?? 0), 0),
  );
  const totals = {
    firstRecord,
    recordCount,
    documentCount: analyzed.length,
    fieldTokens,
    uriCount: uris.length,
    termCount: terms.length,
  };
  return encodeSegmentData(totals, sections);
}

function each<T>(tag: number, entries: readonly T[], put: (to: ByteWriter, entry: T) => void): Section {
  return plain(tag, (to) => {
    for (const entry of entries) put(to, entry);
  });
}

function plain(tag: number, put: (to: ByteWriter) => void): Section {
  const writer = new ByteWriter();
  put(writer);
  return { tag, parameter: 0, auxiliaryOffset: 0, auxiliaryBytes: 0, bytes: writer.finish() };
}

function putRuns(to: ByteWriter, records: readonly StoredRecord[]): void {
  records.forEach(({ branch, sequence }, ordinal) => {
    const before = records[ordinal - 1];
    if (before?.branch !== branch || before.sequence !== sequence) to.u32(ordinal).u32(branch).u64(sequence);
  });
}

function lengthSection(tag: number, analyzed: readonly AnalyzedDocument[], field: 0 | 1, recordCount: number): Section {
  const lengths = new Array<number>(recordCount).fill(0);
  for (const { ordinal, fields } of analyzed) lengths[ordinal] = fields[field].length;
  const largest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const width = largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : 4;
  const writer = new ByteWriter();
  for (const length of lengths) for (let i = 0; i < width; i++) writer.u8((length >>> (8 * i)) & 0xff);
  return { tag, parameter: width, auxiliaryOffset: 0, auxiliaryBytes: 0, bytes: writer.finish() };
}

function putExceptions(to: ByteWriter, history: History, firstRecord: number, recordCount: number): void {
  for (const { document, branch, cause, sign } of exceptionsOf(history, firstRecord, recordCount)) {
    to.u32(document)
      .u32(branch)
      .u64(BigInt(cause) * 2n + BigInt(sign));
  }
}

function uriTable(history: History, records: readonly StoredRecord[]): TableEntry[] {
  const own = new Set(records);
  const entries = [...new Set(records.map(({ uri }) => uri))].map((uri) => {
    const versions = (history.recordsOfUri.get(uri) ?? []).filter((record) => own.has(record));
    return { key: encodeText(uri), value: encodeVersions(history, versions.reverse()) };
  });
  return entries.sort((a, b) => compareBytes(a.key, b.key));
}

/** The value of a URI: its versions in the segment, newest first. */
function encodeVersions(history: History, versions: readonly StoredRecord[]): Uint8Array {
  const writer = new ByteWriter();
  versions.forEach((version, i) => {
    const newer = versions[i - 1];
    writer.varint(newer ? newer.sequence - version.sequence : version.sequence);
    writer.varint(version.branch * 4 + whatOf(version)).varint(shownRecord(history, version).number);
  });
  return writer.finish();
}

/** What a version is, by what its record is or promotes: 0 content, 1 removal, 2 alias, 3 promotion of anything else. */
export function whatOf(version: Pick<StoredRecord, "kind" | "tag">): number {
  const { kind } = actingKind(version);
  if (kind === RecordKind.removal) return 1;
  if (kind === RecordKind.alias) return 2;
  return version.kind === RecordKind.promotion ? 3 : 0;
}

function termSections(analyzed: readonly AnalyzedDocument[]): { postings: Uint8Array; terms: TableEntry[] } {
  const lengths = new Map(
    analyzed.map(({ ordinal, fields }) => [ordinal, [fields[0].length, fields[1].length] as const]),
  );
  const lists = [...invert(analyzed)].map(([term, list]) => ({ key: encodeText(term), list }));
  const postings = new ByteWriter();
  const terms = lists
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ key, list }) => {
      const bytes = encodePostings(list, (ordinal) => lengths.get(ordinal) ?? [0, 0]);
      const inline = bytes.length <= INLINE_POSTINGS_BYTES;
      const value = new ByteWriter().varint(list.length * 2 + (inline ? 1 : 0));
      if (inline) value.put(bytes);
      else value.varint(postings.length).varint(bytes.length);
      if (!inline) postings.put(bytes);
      return { key, value: value.finish() };
    });
  return { postings: postings.finish(), terms };
}

/** The postings of each term, ascending by ordinal. */
function invert(analyzed: readonly AnalyzedDocument[]): Map<string, Posting[]> {
  const lists = new Map<string, Posting[]>();
  for (const { ordinal, fields } of analyzed) {
    const counts = fields.map(countTerms);
    for (const term of new Set(fields.flat())) {
      const tfs = [counts[0]?.get(term) ?? 0, counts[1]?.get(term) ?? 0] as const;
      const list = lists.get(term) ?? [];
      list.push({ ordinal, tfs });
      lists.set(term, list);
    }
  }
  return lists;
}

/** How often each term stands in a field, at most 65,535. */
export function countTerms(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, Math.min(MAX_U16, (counts.get(term) ?? 0) + 1));
  return counts;
}

function putContents(to: ByteWriter, history: History, records: readonly StoredRecord[]): void {
  const hashes = records.flatMap((record, ordinal) => {
    const { mode, contentBytes } = record.place;
    if (record.kind !== RecordKind.revision) return [];
    if ((mode !== 1 && mode !== 2) || contentBytes < MIN_HASHED_CONTENT_BYTES) return [];
    const digest = hash(history.content(record) ?? new Uint8Array(0)).subarray(0, 8);
    return [{ ordinal, value: digest.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) }];
  });
  hashes.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.ordinal - b.ordinal));
  for (const { value } of hashes) to.u64(value);
  for (const { ordinal } of hashes) to.u32(ordinal);
}

function putPacks(to: ByteWriter, history: History, records: readonly StoredRecord[]): void {
  const offsets = [...new Set(records.map(({ packOffset }) => packOffset))].sort((a, b) => a - b);
  for (const offset of offsets) to.u64(offset).put(history.frames.get(offset)?.hash ?? new Uint8Array(32));
}

/** Names of checkpoints and branches; of several records with the same key the newest wins. */
function nameTable(records: readonly StoredRecord[]): TableEntry[] {
  const entries = new Map<string, TableEntry>();
  for (const record of records) {
    for (const key of nameKeys(record)) {
      entries.set(toHex(key), { key, value: new ByteWriter().varint(record.number).finish() });
    }
  }
  return [...entries.values()].sort((a, b) => compareBytes(a.key, b.key));
}

/** A branch has its number and its name; a checkpoint's id is the last component of its URI, its label the title. */
function nameKeys({ kind, uriBytes, title, branch }: StoredRecord): Uint8Array[] {
  if (kind !== RecordKind.checkpoint && kind !== RecordKind.branch) return [];
  const id = uriBytes.subarray(uriBytes.lastIndexOf(0x2f) + 1);
  const branchBigEndian = new ByteWriter().u32(branch).finish().reverse();
  if (kind === RecordKind.branch) return [concat(encodeText("n"), branchBigEndian), concat(encodeText("b"), title)];
  const keys = [concat(encodeText("i"), id)];
  if (title.length > 0) keys.push(concat(encodeText("l"), branchBigEndian, title));
  return keys;
}

function ordinalsOf(records: readonly StoredRecord[], kind: number): number[] {
  return records.flatMap((record, ordinal) => (record.kind === kind ? [ordinal] : []));
}

function putEvents(to: ByteWriter, records: readonly StoredRecord[]): void {
  const ordinals = records.flatMap((record, ordinal) =>
    actingKind(record).kind === RecordKind.event ? [ordinal] : [],
  );
  for (const ordinal of ordinals) to.u32(ordinal);
  for (const ordinal of ordinals) {
    const record = records[ordinal];
    to.u8(record ? Math.min(255, actingKind(record).tag) : 0);
  }
}
