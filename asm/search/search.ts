import { Cause, failNumbers } from "../failure";
import { RecordKind } from "../format/record";
import { analyzerId } from "../format/superblock";
import { Buffer } from "../memory/buffer";
import { recordKind } from "../segment/columns";
import { segmentStatus } from "../segment/pages";
import { startSegmentReading } from "../segment/reader";
import { Section } from "../segment/sections";
import { LIMIT_EXCEEDED, OK, OUT_OF_MEMORY } from "../status";
import { averageLength } from "./bm25";
import { countHits, totalHits } from "./count-hits";
import { explainHits, explanationBytes } from "./explain";
import { MAX_LINEAGE, setLineageLimits } from "./lineage-limits";
import { collectHits } from "./max-score";
import { failPart, partSegmentOf } from "./part-view";
import { setParts } from "./parts";
import { parseQuery, queryArena, queryTerm, queryTermCount } from "./query";
import { openStatus, openTermCursor, partArena, partOfRecord, placeOf, prepareSearch, view } from "./search-state";
import { finishTopK, Hit, hitAt, hitCount, startTopK } from "./top-k";
import { openView, viewStatus } from "./view";

/** Searching: from a query and a lineage to ranked hits (docs/format.md parts 9 and 10). */

export const MAX_HITS: u32 = 10000;
/** Hits times terms that are explained at most: 32 MiB. */
const MAX_EXPLAINED: u64 = 1 << 20;

export namespace SearchFlag {
  /** Count all hits. */
  export const COUNT: i32 = 1;
  export const EXPLAIN: i32 = 2;
}

/**
 * Searches the documents of a view and appends the answer to `out`. `segments` are the addresses of the live segments, a u32 each;
 * `lineage` as in `lineage-limits.ts`. Returns the number of hits, or a status: after PENDING the call is repeated as it was.
 *
 * The answer: f64 total (-1 unless counted), f64 documents of the view, f64 number of terms, f64 average length of titles, of bodies. For each
 * term u32 length, u32 frequency in the query, f64 df, f64 idf (0 if df is), its bytes. For each hit f64 record number, u64 score, u32 URI
 * length, u32 zero, URI, and if asked for what `explain.ts` describes. Bytes are followed by zeros up to a multiple of 8.
 */
export function searchRun(
  query: usize,
  queryLength: u32,
  segments: usize,
  segmentCount: u32,
  lineage: usize,
  lineageLength: u32,
  limit: u32,
  flags: i32,
  out: Buffer,
): i32 {
  startSegmentReading();
  let status = setParts(segments, segmentCount);
  if (status == OK && !setLineageLimits(lineage, lineageLength)) {
    status = failNumbers(LIMIT_EXCEEDED, Cause.NONE, 0, MAX_LINEAGE, lineageLength);
  }
  if (status == OK && limit > MAX_HITS) status = failNumbers(LIMIT_EXCEEDED, Cause.NONE, 0, MAX_HITS, limit);
  if (status == OK) status = parseQuery(query, queryLength, <i32>analyzerId());
  if (status == OK) status = runQuery(limit, flags, out);
  const hits = hitCount;
  queryArena.reset();
  partArena.reset();
  return status == OK ? <i32>hits : status;
}

function runQuery(limit: u32, flags: i32, out: Buffer): i32 {
  const searched = openView();
  if (searched == null) return viewStatus;
  let status = prepareSearch(searched);
  if (status == OK) status = startTopK(limit);
  if (status == OK && limit != 0) status = searchParts();
  if (status == OK && (flags & SearchFlag.COUNT) != 0) status = countHits();
  if (status == OK) status = finishTopK();
  if (status == OK) status = checkHits();
  return status == OK ? writeAnswer(flags, out) : status;
}

/** Searches the parts, those with the most documents first: they raise the threshold soonest. */
function searchParts(): i32 {
  const count = view.partCount;
  const order = queryArena.alloc((<usize>count) << 2);
  const cursors = queryArena.alloc((<usize>queryTermCount) << 2);
  const sums = queryArena.alloc((<usize>queryTermCount + 1) << 3);
  if (order == 0 || cursors == 0 || sums == 0) return OUT_OF_MEMORY;
  for (let i: u32 = 0; i < count; i++) {
    let at = i;
    while (at > 0 && view.part(load<u32>(order + ((<usize>(at - 1)) << 2))).documents < view.part(i).documents) {
      store<u32>(order + ((<usize>at) << 2), load<u32>(order + ((<usize>(at - 1)) << 2)));
      at--;
    }
    store<u32>(order + ((<usize>at) << 2), i);
  }
  for (let i: u32 = 0; i < count; i++) {
    partArena.reset();
    const status = searchPart(load<u32>(order + ((<usize>i) << 2)), cursors, sums);
    if (status != OK) return status;
  }
  return OK;
}

function searchPart(index: u32, cursors: usize, sums: usize): i32 {
  let count: u32 = 0;
  for (let term: u32 = 0; term < queryTermCount; term++) {
    if (placeOf(index, term).visibleDf == 0) continue;
    const cursor = openTermCursor(index, term);
    if (cursor == null) return openStatus;
    store<u32>(cursors + ((<usize>count) << 2), <u32>changetype<usize>(cursor));
    count++;
  }
  return count == 0 ? OK : collectHits(view.part(index), cursors, count, sums);
}

/** Whether all hits are documents: postings may name what isn't, and no bitmap holds that back where everything shows. */
function checkHits(): i32 {
  for (let i: u32 = 0; i < hitCount; i++) {
    const record = hitAt(i).record;
    const part = view.part(partOfRecord(record));
    if (part.segment == 0) continue;
    const kind = recordKind(partSegmentOf(part), record - part.firstRecord);
    if (segmentStatus != OK) return segmentStatus;
    if ((kind & RecordKind.DOCUMENT) == 0) return failPart(part, Section.POSTINGS);
  }
  return OK;
}

function writeAnswer(flags: i32, out: Buffer): i32 {
  const head = out.extend(40);
  if (head == 0) return OUT_OF_MEMORY;
  store<f64>(head, (flags & SearchFlag.COUNT) != 0 ? <f64>totalHits : -1.0);
  store<f64>(head, <f64>view.documents, 8);
  store<f64>(head, <f64>queryTermCount, 16);
  store<f64>(head, averageLength(view.titleTotal), 24);
  store<f64>(head, averageLength(view.bodyTotal), 32);
  for (let i: u32 = 0; i < queryTermCount; i++) if (!writeTerm(i, out)) return OUT_OF_MEMORY;
  const explain = (flags & SearchFlag.EXPLAIN) != 0;
  const explained = <u64>hitCount * queryTermCount;
  if (explain && explained > MAX_EXPLAINED) return failNumbers(LIMIT_EXCEEDED, Cause.NONE, 0, MAX_EXPLAINED, explained);
  const offsets = queryArena.alloc(((<usize>hitCount) << 2) + 4);
  if (offsets == 0) return OUT_OF_MEMORY;
  const extra = explain ? explanationBytes() : 0;
  for (let i: u32 = 0; i < hitCount; i++) {
    if (!writeHit(hitAt(i), extra, out)) return OUT_OF_MEMORY;
    store<u32>(offsets + ((<usize>i) << 2), <u32>(out.length - extra));
  }
  return explain ? explainHits(out, offsets) : OK;
}

function writeTerm(index: u32, out: Buffer): bool {
  const term = queryTerm(index);
  const at = out.extend(24);
  if (at == 0) return false;
  store<u32>(at, term.length);
  store<u32>(at, term.frequency, 4);
  store<f64>(at, <f64>term.df, 8);
  store<f64>(at, term.idf, 16);
  return appendPadded(out, term.bytes, term.length);
}

function writeHit(hit: Hit, extra: usize, out: Buffer): bool {
  const at = out.extend(24);
  if (at == 0) return false;
  const uri = <usize>hit.uri;
  const length = load<u32>(uri);
  store<f64>(at, <f64>hit.record);
  store<i64>(at, hit.score, 8);
  store<u32>(at, length, 16);
  store<u32>(at, 0, 20);
  if (!appendPadded(out, uri + 4, length)) return false;
  const explanation = out.extend(extra);
  if (explanation == 0) return extra == 0;
  memory.fill(explanation, 0, extra);
  return true;
}

/** Appends bytes, and zeros up to a multiple of 8. */
function appendPadded(out: Buffer, bytes: usize, length: u32): bool {
  const padded = (<usize>length + 7) & ~7;
  const at = out.extend(padded);
  if (at == 0 && padded != 0) return false;
  memory.fill(at, 0, padded);
  memory.copy(at, bytes, length);
  return true;
}
