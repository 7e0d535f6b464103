import { writeVarint32, writeVarint64 } from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { LIMIT_EXCEEDED, OK, OUT_OF_MEMORY, WRONG_STATE } from "../status";
import { memtableRecordCount, memtableRow } from "./memtable-columns";
import { sortedEntry, sortTable } from "./memtable-sort";
import { appendTermPostings, memtableTerms, TERM_KEY, Term, termDocuments } from "./memtable-terms";
import { addPostings, BLOCK_POSTINGS, beginPostings, endPostings, INLINE_BYTES, packLengths } from "./postings";
import { decodeRemainder } from "./postings-decode";
import { Section } from "./sections";
import { TableBuilder } from "./table-builder";
import { sectionBegin, sectionBytes, sectionEnd, sectionOffset } from "./writer";

/**
 * Sections 9 and 10: postings, and the terms that lead to them. The postings are written as the terms come, in order; the table
 * of the terms is collected meanwhile and written after them.
 */

const table: TableBuilder = TableBuilder.create();
const value: Buffer = Buffer.create();
/** Terms added since `beginTerms`. */
export let builtTerms: u32 = 0;

export function beginTerms(): void {
  builtTerms = 0;
  table.begin(false);
  sectionBegin(Section.POSTINGS);
}

/** Adds a term, behind those before, with its encoded postings. */
export function addTerm(key: usize, keyLength: u32, df: u32, postings: Buffer): i32 {
  const length = <u32>postings.length;
  // df × 2 is a varint of 32 bits.
  if (df > 0x7fffffff) return LIMIT_EXCEEDED;
  value.clear();
  if (!value.reserve(INLINE_BYTES + 32)) return OUT_OF_MEMORY;
  let end: usize;
  if (length <= INLINE_BYTES) {
    end = writeVarint32(value.data, (df << 1) | 1);
    memory.copy(end, postings.data, length);
    end += length;
  } else {
    end = writeVarint64(writeVarint32(value.data, df << 1), sectionOffset());
    end = writeVarint32(end, length);
    const status = sectionBytes(postings.data, length);
    if (status != OK) return status;
  }
  builtTerms++;
  return table.add(key, keyLength, value.data, <u32>(end - value.data));
}

/** Ends the postings and writes the table. */
export function endTerms(): i32 {
  sectionEnd(0, 0, 0);
  const status = table.finish();
  return status == OK ? table.writeSection(Section.TERMS) : status;
}

/** Gives the memory back that is held between `beginTerms` and `endTerms`. */
export function releaseTermBuilder(): void {
  table.release();
  value.release();
}

const sortedTerms: Buffer = Buffer.create();
const chained: Buffer = Buffer.create();
const encoded: Buffer = Buffer.create();
/** A u32 for each record: its lengths by `packLengths`. */
const packedLengths: Buffer = Buffer.create();
/** The postings of one block, decoded: 128 u32 each. */
const ordinals: usize = memory.data(512, 16);
const titleTfs: usize = memory.data(512, 16);
const bodyTfs: usize = memory.data(512, 16);
const lengths: usize = memory.data(512, 16);

/** Writes the memtable's terms with their postings. */
export function buildTerms(): i32 {
  beginTerms();
  let status = packAllLengths() && sortTable(memtableTerms, sortedTerms) ? OK : OUT_OF_MEMORY;
  for (let i: u32 = 0; i < memtableTerms.count && status == OK; i++) {
    status = buildTerm(changetype<Term>(sortedEntry(sortedTerms, i)));
  }
  sortedTerms.release();
  packedLengths.release();
  chained.release();
  encoded.release();
  return status == OK ? endTerms() : status;
}

function packAllLengths(): bool {
  const count = memtableRecordCount();
  packedLengths.clear();
  const packed = packedLengths.extend((<usize>count) << 2);
  if (packed == 0) return false;
  for (let i: u32 = 0; i < count; i++) {
    const row = memtableRow(i);
    store<u32>(packed + ((<usize>i) << 2), packLengths(row.titleLength, row.bodyLength));
  }
  return true;
}

function buildTerm(term: Term): i32 {
  const df = termDocuments(term);
  const key = changetype<usize>(term) + TERM_KEY;
  chained.clear();
  if (!appendTermPostings(term, chained)) return OUT_OF_MEMORY;
  // As long as there is no full block, the chain has the format's bytes already.
  if (df < BLOCK_POSTINGS) return addTerm(key, term.length, df, chained);
  const status = encodeBlocks(df);
  return status == OK ? addTerm(key, term.length, df, encoded) : status;
}

/** Recodes the postings of `chained` to `encoded`, in blocks. */
function encodeBlocks(df: u32): i32 {
  const limit = memtableRecordCount();
  const end = chained.data + chained.length;
  let at = chained.data;
  let previous: u32 = 0xffffffff;
  encoded.clear();
  beginPostings(encoded, df);
  for (let left = df; left > 0; ) {
    const count = min<u32>(left, BLOCK_POSTINGS);
    at = decodeRemainder(at, end, count, previous, limit, ordinals, titleTfs, bodyTfs);
    if (at == 0) return WRONG_STATE;
    for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
      store<u32>(lengths + i, load<u32>(packedLengths.data + ((<usize>load<u32>(ordinals + i)) << 2)));
    }
    addPostings(count, 0, ordinals, titleTfs, bodyTfs, lengths);
    previous = load<u32>(ordinals + ((<usize>count - 1) << 2));
    left -= count;
  }
  return endPostings();
}
