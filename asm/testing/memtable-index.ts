/** Test entry: the memtable, its lookups, and the text of its terms' postings. */
import { Buffer } from "../memory/buffer";
import { memtableRow } from "../segment/memtable-columns";
import { appendTermPostings, memtableFindTerm, memtableTerms, termDocuments } from "../segment/memtable-terms";
import { memtableUris, sortedUri, sortUris, URI_KEY } from "../segment/memtable-uris";

export { chunkBytesInUse, giveChunk, takeChunk } from "../memory/chunks";
export {
  memtableAddContent,
  memtableAddException,
  memtableAddName,
  memtableAddPack,
  memtableAddRecord,
  memtableBodyTotal,
  memtableDocuments,
  memtableFirstRecord,
  memtableIndexDocument,
  memtableIndexText,
  memtableIsFull,
  memtableReset,
  memtableStartField,
  memtableTitleTotal,
} from "../segment/memtable";
export { memtableRecordCount, memtableRow, memtableRunOf } from "../segment/memtable-columns";
export { memtableFindContent, memtableOlderContent } from "../segment/memtable-contents";
export { hashKey, seedMemtable } from "../segment/memtable-keys";
export { memtableBytes } from "../segment/memtable-memory";
export { memtableFindName, memtableFindUri, seekUri, sortUris } from "../segment/memtable-uris";
export { decodeRemainder } from "../segment/postings-decode";

const postings: Buffer = Buffer.create();

export function termCount(): u32 {
  return memtableTerms.count;
}
export function uriCount(): u32 {
  return memtableUris.count;
}

/** Number of documents of a term, 0 if there is none; its postings lie at `postingsData` then. */
export function findPostings(term: usize, length: u32): u32 {
  const found = memtableFindTerm(term, length);
  postings.release();
  if (found == null) return 0;
  appendTermPostings(found, postings);
  return termDocuments(found);
}
export function postingsData(): usize {
  return postings.data;
}
export function postingsLength(): usize {
  return postings.length;
}

/** Address of the bytes of URI number `index`, in order; the length is the u32 before it. */
export function sortedUriKey(index: u32): usize {
  sortUris();
  return changetype<usize>(sortedUri(index)) + URI_KEY;
}
export function rowUriKey(ordinal: u32): usize {
  return <usize>memtableRow(ordinal).uri + URI_KEY;
}
