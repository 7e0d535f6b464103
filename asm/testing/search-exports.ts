/** Test entry: documents in a memtable or in segments, searched; URIs of records from a list, as the layer above would give them. */
import { analyzerId, buildSuperblock, Ranking } from "../format/superblock";
import { Buffer } from "../memory/buffer";
import { permanent } from "../memory/chunks";
import { contribution, saturation } from "../search/bm25";
import { decodeBlock } from "../search/cursor";
import { setLineageLimits } from "../search/lineage-limits";
import { documentLength, shows } from "../search/part-view";
import { setParts } from "../search/parts";
import { parseQuery, queryArena, queryTerm, queryTermCount } from "../search/query";
import { giveRecordUri, setRecordUriLoader } from "../search/record-uri";
import { searchRun } from "../search/search";
import { openStatus, openTermCursor, partArena, placeOf, prepareSearch, view } from "../search/search-state";
import { snippetRun } from "../search/snippet";
import { openView, viewStatus } from "../search/view";
import { openSegment, Segment, startSegmentReading } from "../segment/reader";
import {
  writtenDataLength,
  writtenFirstExtent,
  writtenFirstRecord,
  writtenMaskCount,
  writtenMasks,
  writtenRecordCount,
  writtenRoot,
} from "../segment/writer";
import { OK, OUT_OF_MEMORY, PENDING } from "../status";

export { failurePointer } from "../failure";
export { beginBatch } from "../log/append";
export { flushOutput, releaseOutput, sourceReset } from "../log/source";
export { chunkBytesInUse, giveChunk, takeChunk } from "../memory/chunks";
export { blocksDecoded } from "../search/cursor";
export { documentsScored } from "../search/max-score";
export { dropViews } from "../search/view";
export { buildSegment } from "../segment/build";
export {
  memtableAddException,
  memtableAddPack,
  memtableAddRecord,
  memtableFirstRecord,
  memtableIndexDocument,
  memtableReset,
} from "../segment/memtable";
export { memtableBytes } from "../segment/memtable-memory";
export { mergeSegments, planMerge } from "../segment/merge";
export { configurePages, pageCacheBytes, releasePages } from "../segment/page-frames";
export { closeSegment, openSegment, readBytes, startSegmentReading } from "../segment/reader";

/** Bytes of the records' URIs one after another; and for each record u32 offset, u32 length. */
const uriBytes: Buffer = Buffer.create();
const uriPlaces: Buffer = Buffer.create();
/** URIs that are not to be found until they were asked for once: how many of them are left. */
let pendingUris: u32 = 0;
export let urisLoaded: u32 = 0;

export function clearUris(): void {
  uriBytes.clear();
  uriPlaces.clear();
}
/** Appends the URI of the next record. */
export function noteUri(uri: usize, length: u32): void {
  const place = uriPlaces.extend(8);
  store<u32>(place, <u32>uriBytes.length);
  store<u32>(place, length, 4);
  uriBytes.append(uri, length);
}
export function setPendingUris(count: u32): void {
  pendingUris = count;
}
function loadUri(record: u32): i32 {
  if (pendingUris != 0) {
    pendingUris--;
    return PENDING;
  }
  urisLoaded++;
  const place = uriPlaces.data + ((<usize>record) << 3);
  giveRecordUri(uriBytes.data + load<u32>(place), load<u32>(place, 4));
  return OK;
}
setRecordUriLoader(loadUri);

const zeros: usize = memory.data(32, 16);
/** Sets the superblock's analyzer and ranking parameters, times 10,000. */
export function setRanking(analyzer: u32, k1: u32, titleWeight: u32, titleB: u32, bodyWeight: u32, bodyB: u32): void {
  const ranking = changetype<Ranking>(permanent(offsetof<Ranking>()));
  ranking.k1 = k1;
  ranking.titleWeight = titleWeight;
  ranking.titleB = titleB;
  ranking.bodyWeight = bodyWeight;
  ranking.bodyB = bodyB;
  buildSuperblock(zeros, 0, analyzer, 1, 17, ranking, zeros, 1);
}

/** Opens the segment that was written last; 0 on failure. */
export function openWritten(): Segment | null {
  return openSegment(
    writtenFirstExtent,
    writtenDataLength,
    writtenFirstRecord,
    writtenRecordCount,
    writtenRoot,
    writtenMasks(),
    writtenMaskCount,
  );
}
export function root(): usize {
  return writtenRoot;
}
export function writtenLength(): f64 {
  return <f64>writtenDataLength;
}

const out: Buffer = Buffer.create();
export function outData(): usize {
  return out.data;
}
export function outLength(): usize {
  return out.length;
}
export function releaseOut(): void {
  out.release();
}

export function snippet(
  text: usize,
  length: u32,
  analyzer: i32,
  query: usize,
  queryLength: u32,
  idfs: usize,
  maxBytes: u32,
): i32 {
  out.clear();
  return snippetRun(text, length, analyzer, query, queryLength, idfs, maxBytes, out);
}

export function search(
  query: usize,
  queryLength: u32,
  segments: usize,
  segmentCount: u32,
  lineage: usize,
  lineageLength: u32,
  limit: u32,
  flags: i32,
): i32 {
  out.clear();
  return searchRun(query, queryLength, segments, segmentCount, lineage, lineageLength, limit, flags, out);
}

/** Scores everything: all hits as u32 record, u32 zero, i64 score, in the order of records. Returns their number or a status. */
export function scoreAll(
  query: usize,
  queryLength: u32,
  segments: usize,
  segmentCount: u32,
  lineage: usize,
  lineageLength: u32,
): i32 {
  out.clear();
  startSegmentReading();
  let status = setParts(segments, segmentCount);
  setLineageLimits(lineage, lineageLength);
  if (status == OK) status = parseQuery(query, queryLength, <i32>analyzerId());
  const searched = openView();
  if (searched == null) return viewStatus;
  if (status == OK) status = prepareSearch(searched);
  for (let part: u32 = 0; part < view.partCount && status == OK; part++) {
    partArena.reset();
    status = scorePart(part);
  }
  queryArena.reset();
  partArena.reset();
  return status == OK ? <i32>(out.length >> 4) : status;
}

function scorePart(index: u32): i32 {
  const part = view.part(index);
  const scores = partArena.allocZeroed((<usize>part.recordCount + 1) << 3);
  const held = partArena.allocZeroed(<usize>part.recordCount + 1);
  if (scores == 0 || held == 0) return OUT_OF_MEMORY;
  for (let term: u32 = 0; term < queryTermCount; term++) {
    if (placeOf(index, term).df == 0 || queryTerm(term).df == 0) continue;
    const cursor = openTermCursor(index, term);
    if (cursor == null) return openStatus;
    for (let block: u32 = 0; block < cursor.blocks; block++) {
      if (cursor.block != block) {
        const status = decodeBlock(cursor, block);
        if (status != OK) return status;
      }
      for (let at: usize = 0; at < <usize>cursor.end; at += 4) {
        const ordinal = load<u32>(cursor.ordinals + at);
        const s = saturation(
          load<u32>(cursor.titleTfs + at),
          load<u32>(cursor.bodyTfs + at),
          documentLength(part, 0, ordinal),
          documentLength(part, 1, ordinal),
        );
        const place = scores + ((<usize>ordinal) << 3);
        store<i64>(place, load<i64>(place) + contribution(cursor.weight, s));
        store<u8>(held + ordinal, 1);
      }
    }
  }
  for (let ordinal: u32 = 0; ordinal < part.recordCount; ordinal++) {
    if (load<u8>(held + ordinal) == 0 || part.documents == 0 || !shows(part, ordinal)) continue;
    const hit = out.extend(16);
    if (hit == 0) return OUT_OF_MEMORY;
    store<u32>(hit, part.firstRecord + ordinal);
    store<u32>(hit, 0, 4);
    store<i64>(hit, load<i64>(scores + ((<usize>ordinal) << 3)), 8);
  }
  return OK;
}
