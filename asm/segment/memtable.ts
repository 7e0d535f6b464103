import { promotedKind, RecordKind } from "../format/record";
import { OK, OUT_OF_MEMORY } from "../status";
import { consumedBytes, createTokenizer, feedText, nextTokens, startText, Tokenizer } from "../text/tokenizer";
import {
  addException,
  addPack,
  addRow,
  addRun,
  memtableRecordCount,
  memtableRow,
  releaseColumns,
} from "./memtable-columns";
import { addContent, releaseContents } from "./memtable-contents";
import { memtableBytes, releaseMemtableMemory } from "./memtable-memory";
import { addTokens, releaseTerms, startTerms, termsExhausted } from "./memtable-terms";
import { addName, addVersion, longestHistory, releaseUris, What } from "./memtable-uris";

/**
 * The memtable: an index in memory over the records that no segment covers, those of the tail and of the batch being written.
 * It answers what a segment answers, and `build.ts` makes a segment of it. Records are added in the order of their numbers.
 *
 * Functions that add answer OK or OUT_OF_MEMORY; after that the memtable lacks something and must be reset.
 */

/** Number of the first record that the memtable holds, or will hold. */
export let memtableFirstRecord: u32 = 0;
/** Its documents, and the tokens of their titles and bodies together. */
export let memtableDocuments: u32 = 0;
export let memtableTitleTotal: u64 = 0;
export let memtableBodyTotal: u64 = 0;

/** A batch writes a segment when the memtable holds this much. */
const FULL_BYTES: u32 = 16 << 20;
/** Or when a URI has so many versions: at most 20 bytes each, with those of another pack, stay within a table's value of 1 MiB. */
const FULL_HISTORY: u32 = 50000;

let tokenizer: Tokenizer | null = null;
let ordinalAtHand: u32 = 0;
let fieldAtHand: u32 = 0;

/** Fields of a document. */
export const TITLE: u32 = 0;
export const BODY: u32 = 1;

/** Forgets everything, gives the memory back, and begins at record `firstRecord`. */
export function memtableReset(firstRecord: u32): void {
  releaseColumns();
  releaseContents();
  releaseUris();
  releaseTerms();
  releaseMemtableMemory();
  memtableFirstRecord = firstRecord;
  memtableDocuments = 0;
  memtableTitleTotal = 0;
  memtableBodyTotal = 0;
}

/** Whether a segment is due within the batch: a function of what was added alone. */
export function memtableIsFull(): bool {
  return memtableBytes() >= FULL_BYTES || longestHistory >= FULL_HISTORY;
}

/**
 * Adds a record and the version that it makes of its URI. `kind` has 0x80 added for a document, `tag` is an event's type,
 * `promoted` the number of the record that a promotion names. Returns the record's ordinal, its number less `memtableFirstRecord`.
 */
export function memtableAddRecord(
  uri: usize,
  uriLength: u32,
  kind: u32,
  tag: u32,
  branch: u32,
  sequence: u64,
  address: u64,
  promoted: u32,
): i32 {
  const ordinal = memtableRecordCount();
  const what = whatOf(kind & 0x7f, tag);
  const record = kind == RecordKind.PROMOTION ? promoted : memtableFirstRecord + ordinal;
  const entry = addVersion(uri, uriLength, sequence, branch, what, record);
  if (entry == null) return OUT_OF_MEMORY;
  if (!addRun(ordinal, branch, sequence) || !addRow(changetype<usize>(entry), kind, tag, address)) return OUT_OF_MEMORY;
  if ((kind & RecordKind.DOCUMENT) != 0) memtableDocuments++;
  return <i32>ordinal;
}

/** A promoted removal or alias acts like one. */
function whatOf(kind: u32, tag: u32): u32 {
  const isPromotion = kind == RecordKind.PROMOTION;
  const acting = isPromotion ? promotedKind(tag) : kind;
  if (acting == RecordKind.REMOVAL) return What.REMOVAL;
  if (acting == RecordKind.ALIAS) return What.ALIAS;
  return isPromotion ? What.PROMOTION : What.CONTENT;
}

/** Notes that from the record `cause` on, the document with the number `document` doesn't show on `branch` (sign 0), or does (1). */
export function memtableAddException(document: u32, branch: u32, cause: u32, sign: u32): i32 {
  return addException(document, branch, cause, sign) ? OK : OUT_OF_MEMORY;
}

/** Names a checkpoint record; `key` as in section 13 of a segment. */
export function memtableAddName(key: usize, length: u32, record: u32): i32 {
  return addName(key, length, record) ? OK : OUT_OF_MEMORY;
}

/** Notes the content of a record: the first 8 bytes of its hash as a little-endian number. */
export function memtableAddContent(prefix: u64, ordinal: u32): i32 {
  return addContent(prefix, ordinal) ? OK : OUT_OF_MEMORY;
}

/** Notes a pack that holds records of the memtable: offset and 32-byte hash of its frame. Packs come in file order. */
export function memtableAddPack(frameOffset: u64, hash: usize): i32 {
  return addPack(frameOffset, hash) ? OK : OUT_OF_MEMORY;
}

/** Indexes the text of the document `ordinal`, the last record added. */
export function memtableIndexDocument(
  ordinal: u32,
  analyzer: i32,
  title: usize,
  titleLength: u32,
  body: usize,
  bodyLength: u32,
): i32 {
  let status = memtableStartField(ordinal, analyzer, TITLE);
  if (status == OK) status = memtableIndexText(title, titleLength, true);
  if (status >= 0) status = memtableStartField(ordinal, analyzer, BODY);
  if (status == OK) status = memtableIndexText(body, bodyLength, true);
  return status < 0 ? status : OK;
}

/** Begins a field of the document `ordinal`, the last record added: `TITLE` first, then `BODY`. Its text follows in pieces. */
export function memtableStartField(ordinal: u32, analyzer: i32, field: u32): i32 {
  if (tokenizer == null) tokenizer = createTokenizer();
  const t = tokenizer;
  if (t == null) return OUT_OF_MEMORY;
  ordinalAtHand = ordinal;
  fieldAtHand = field;
  startTerms(ordinal);
  startText(t, analyzer);
  return OK;
}

/**
 * Indexes a piece of the field that was begun. Returns how many of its bytes are done with, the others have to begin the next
 * piece (512 at most; none when the piece is the last); or OUT_OF_MEMORY.
 */
export function memtableIndexText(text: usize, length: u32, isLast: bool): i32 {
  const t = tokenizer;
  if (t == null) return OUT_OF_MEMORY;
  feedText(t, text, length, isLast);
  let total: u32 = 0;
  for (let count = nextTokens(t); count > 0; count = nextTokens(t)) {
    addTokens(fieldAtHand, t.records, count);
    total += count;
  }
  const row = memtableRow(ordinalAtHand);
  if (fieldAtHand == TITLE) {
    row.titleLength += total;
    memtableTitleTotal += total;
  } else {
    row.bodyLength += total;
    memtableBodyTotal += total;
  }
  return termsExhausted() ? OUT_OF_MEMORY : <i32>consumedBytes(t);
}
