import { compareBytes } from "../bytes/search";
import { Arena } from "../memory/arena";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY, PENDING } from "../status";
import { queryArena } from "./query";
import { loadRecordUri, recordUri, recordUriLength } from "./record-uri";

/**
 * The best k hits so far: greatest scores first, among equal scores ascending URIs.
 *
 * A heap holds k hits, its root one with the least score. Which of several with that least score belong to the best is decided by URIs,
 * and a URI costs a look at the record: so those that tie with the root but found no place wait aside, and are forgotten as soon as
 * the least score rises. URIs are compared only for what ties at the end, or if very many wait.
 */

@unmanaged
export class Hit {
  score: i64;
  record: u32;
  /** Address of the URI, after its u32 length; 0 while it isn't known. */
  uri: u32;
}
const HIT_BYTES: usize = 16;

/** So many wait aside before the best of them are chosen. */
const MAX_WAITING: usize = 4096;

/** Hits 1 to `count` of the heap: hit i is no better than 2 i and 2 i + 1. */
let hits: usize = 0;
/** The k asked for. */
export let hitCapacity: u32 = 0;
export let hitCount: u32 = 0;
/** The score that a hit must reach: 0 until there are k, then the least of the heap. */
export let threshold: i64 = 0;
/** Records that tie with the threshold. */
const waiting: Buffer = Buffer.create();
/** URIs that are compared to choose among ties. */
const tieArena: Arena = Arena.create(14);
/** The first failure to find a URI. */
let uriStatus: i32 = OK;

export function hitAt(index: u32): Hit {
  return changetype<Hit>(hits + <usize>index * HIT_BYTES);
}

/** Starts collecting the best `k`. OK or OUT_OF_MEMORY. */
export function startTopK(k: u32): i32 {
  hitCapacity = k;
  hitCount = 0;
  threshold = k == 0 ? i64.MAX_VALUE : 0;
  waiting.release();
  hits = queryArena.alloc((<usize>k + 1) * HIT_BYTES);
  return hits == 0 ? OUT_OF_MEMORY : OK;
}

/** Tells that `hitCapacity` documents reach this score, so that none below it needs to be offered. */
export function raiseThreshold(score: i64): void {
  threshold = max<i64>(threshold, score);
}

/** Takes a hit whose score is no less than the threshold. OK or a status. */
export function offerHit(score: i64, record: u32): i32 {
  if (hitCount < hitCapacity) {
    hitCount++;
    siftUp(hitCount, score, record);
    if (hitCount == hitCapacity) threshold = heapHit(1).score;
    return OK;
  }
  if (score == threshold) return wait(record);
  const displaced = heapHit(1).record;
  siftDown(1, hitCount, score, record);
  const least = heapHit(1).score;
  if (least == threshold) return wait(displaced);
  threshold = least;
  waiting.clear();
  return OK;
}

function heapHit(index: u32): Hit {
  return changetype<Hit>(hits + <usize>(index - 1) * HIT_BYTES);
}

function put(index: u32, score: i64, record: u32): void {
  const hit = heapHit(index);
  hit.score = score;
  hit.record = record;
  hit.uri = 0;
}

/** Puts a hit at `index` or above. */
function siftUp(index: u32, score: i64, record: u32): void {
  while (index > 1) {
    const parent = heapHit(index >>> 1);
    if (parent.score <= score) break;
    put(index, parent.score, parent.record);
    index >>>= 1;
  }
  put(index, score, record);
}

/** Puts a hit at `index` or below, in a heap of `count`. */
function siftDown(index: u32, count: u32, score: i64, record: u32): void {
  while (index << 1 <= count) {
    let child = index << 1;
    if (child < count && heapHit(child + 1).score < heapHit(child).score) child++;
    const least = heapHit(child);
    if (least.score >= score) break;
    put(index, least.score, least.record);
    index = child;
  }
  put(index, score, record);
}

function wait(record: u32): i32 {
  if (waiting.length == MAX_WAITING << 2) {
    const status = settleTies();
    if (status != OK) return status;
  }
  const place = waiting.extend(4);
  if (place == 0) return OUT_OF_MEMORY;
  store<u32>(place, record);
  return OK;
}

/** Puts the hits in order and finds the URIs of all. OK or a status. */
export function finishTopK(): i32 {
  let status = waiting.length != 0 ? settleTies() : OK;
  waiting.release();
  if (status != OK) return status;
  sortByScore();
  uriStatus = OK;
  for (let i: u32 = 0; i < hitCount; i++) findUri(hitAt(i), queryArena);
  if (uriStatus != OK) return uriStatus;
  let start: u32 = 0;
  for (let i: u32 = 1; i <= hitCount; i++) {
    if (i < hitCount && hitAt(i).score == hitAt(start).score) continue;
    if (i - start > 1) sortByUri(hitAt(start), i - start);
    start = i;
  }
  return OK;
}

/** Takes the least hit out of the heap again and again: descending scores remain. */
function sortByScore(): void {
  for (let count = hitCount; count > 1; count--) {
    const last = heapHit(count);
    const score = last.score;
    const record = last.record;
    put(count, heapHit(1).score, heapHit(1).record);
    siftDown(1, count - 1, score, record);
  }
}

/** Chooses among all that have the threshold's score, in the heap and waiting, those with the first URIs; none waits then. */
function settleTies(): i32 {
  const status = chooseAmongTies();
  tieArena.release();
  return status;
}

function chooseAmongTies(): i32 {
  // Those in the heap change only their records: their scores are equal.
  const count = waiting.length >> 2;
  let tied: usize = 0;
  for (let i: u32 = 0; i < hitCount; i++) tied += usize(hitAt(i).score == threshold);
  const all = changetype<Hit>(tieArena.alloc((count + tied) * HIT_BYTES));
  if (changetype<usize>(all) == 0) return OUT_OF_MEMORY;
  uriStatus = OK;
  let to = changetype<usize>(all);
  for (let i: u32 = 0; i < hitCount; i++) {
    if (hitAt(i).score != threshold) continue;
    tie(to, hitAt(i).record);
    to += HIT_BYTES;
  }
  for (let i: usize = 0; i < count; i++) {
    tie(to, load<u32>(waiting.data + (i << 2)));
    to += HIT_BYTES;
  }
  if (uriStatus != OK) return uriStatus;
  sortByUri(all, <u32>(count + tied));
  let from = changetype<usize>(all);
  for (let i: u32 = 0; i < hitCount; i++) {
    const hit = hitAt(i);
    if (hit.score != threshold) continue;
    hit.record = changetype<Hit>(from).record;
    from += HIT_BYTES;
  }
  waiting.clear();
  return OK;
}

function tie(address: usize, record: u32): void {
  const hit = changetype<Hit>(address);
  hit.score = threshold;
  hit.record = record;
  hit.uri = 0;
  findUri(hit, tieArena);
}

/** Copies the URI of a hit's record. After a PENDING the others are asked for as well, so that the host can fetch all at once. */
function findUri(hit: Hit, arena: Arena): void {
  if (uriStatus != OK && uriStatus != PENDING) return;
  const status = loadRecordUri(hit.record);
  if (status != OK) {
    uriStatus = status;
    return;
  }
  const copy = arena.alloc(<usize>recordUriLength + 4);
  if (copy == 0) {
    uriStatus = OUT_OF_MEMORY;
    return;
  }
  store<u32>(copy, recordUriLength);
  memory.copy(copy + 4, recordUri, recordUriLength);
  hit.uri = <u32>copy;
}

function isBefore(a: usize, b: usize): bool {
  const uriA = <usize>changetype<Hit>(a).uri;
  const uriB = <usize>changetype<Hit>(b).uri;
  return compareBytes(uriA + 4, load<u32>(uriA), uriB + 4, load<u32>(uriB)) < 0;
}

/** Heap sort by ascending URIs, in place. */
function sortByUri(first: Hit, count: u32): void {
  const base = changetype<usize>(first);
  for (let i = count >>> 1; i > 0; i--) sinkUri(base, i - 1, count);
  for (let end = count - 1; end > 0; end--) {
    const last = base + <usize>end * HIT_BYTES;
    const hit = v128.load(base);
    v128.store(base, v128.load(last));
    v128.store(last, hit);
    sinkUri(base, 0, end);
  }
}

/** A hit that is sinking. */
const held: usize = memory.data(16, 16);

/** Lets the hit at `index` sink below those with greater URIs, among the first `count`. */
function sinkUri(base: usize, index: u32, count: u32): void {
  const hit = v128.load(base + <usize>index * HIT_BYTES);
  v128.store(held, hit);
  while ((index << 1) + 1 < count) {
    let child = base + <usize>((index << 1) + 1) * HIT_BYTES;
    if ((index << 1) + 2 < count && isBefore(child, child + HIT_BYTES)) child += HIT_BYTES;
    if (!isBefore(held, child)) break;
    v128.store(base + <usize>index * HIT_BYTES, v128.load(child));
    index = <u32>((child - base) / HIT_BYTES);
  }
  v128.store(base + <usize>index * HIT_BYTES, hit);
}
