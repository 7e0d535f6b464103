import { contribute } from "./bm25";
import { advance, blockEntry, blockOf, Cursor, stepTo } from "./cursor";
import { PartView } from "./part-view";
import { anyNonZero, BATCH_BYTES, bodyLengths, gatherDocuments, titleLengths } from "./score-postings";

/** The documents that hold two terms, found and scored up to 128 at a time. */

/** Of the documents found last: their number, ordinals, and for each of the two terms frequencies and contributions. */
export let pairCount: u32 = 0;
const ordinals: usize = memory.data(528, 16);
const leaderTitleTfs: usize = memory.data(528, 16);
const leaderBodyTfs: usize = memory.data(528, 16);
const followerTitleTfs: usize = memory.data(528, 16);
const followerBodyTfs: usize = memory.data(528, 16);
const leaderScores: usize = memory.data(1056, 16);
const followerScores: usize = memory.data(1056, 16);

/** The cursor with fewer postings, and the other. */
let leader: Cursor = changetype<Cursor>(0);
let follower: Cursor = changetype<Cursor>(0);

/** Starts looking for documents with both terms from an ordinal on. */
export function startPair(a: Cursor, b: Cursor, start: u32): void {
  const ordered = a.df < b.df;
  leader = ordered ? a : b;
  follower = ordered ? b : a;
  advance(leader, start);
}

export function pairOrdinal(index: u32): u32 {
  return load<u32>(ordinals + ((<usize>index) << 2));
}

/** What both terms contribute to the document at `index`. Only after `scorePairs`. */
export function pairScore(index: u32): i64 {
  const at = (<usize>index) << 3;
  return load<i64>(leaderScores + at) + load<i64>(followerScores + at);
}

/**
 * Finds the next documents with both terms whose ordinals are below `end`: `pairCount` of them. Passes over blocks whose bounds
 * together are below `needed`. False when there are no more.
 */
export function findPairs(end: u32, needed: i64): bool {
  pairCount = 0;
  let found: u32 = 0;
  while (found < BATCH_BYTES && leader.ordinal < end) {
    if (leader.at >= leader.end) advance(leader, leader.ordinal);
    if (leader.ordinal >= end) break;
    const block = blockOf(follower, leader.ordinal);
    if (block == follower.blocks) break;
    const ahead = blockEntry(follower, block);
    const own = blockEntry(leader, leader.block);
    if (own.bound + ahead.bound < needed) {
      // No further than the window: in the next one the other terms may promise more.
      advance(leader, min<u32>(end, min<u32>(own.last, ahead.last) + 1));
      continue;
    }
    advance(follower, leader.ordinal);
    if (follower.ordinal >= end) break;
    found = matchBlocks(end, found);
  }
  pairCount = found >> 2;
  return found != 0;
}

/** Finds what the decoded blocks of both have in common, from where the cursors stand on. `found` and the result in bytes of ordinals. */
function matchBlocks(end: u32, found: u32): u32 {
  const leaders = leader.ordinals;
  const followers = follower.ordinals;
  const leaderEnd = leader.end;
  let l = leader.at;
  let f = follower.at;
  while (l < leaderEnd && found < BATCH_BYTES) {
    const ordinal = load<u32>(leaders + l);
    if (ordinal >= end) break;
    f = seek(followers, f, ordinal);
    const other = load<u32>(followers + f);
    if (other == ordinal) {
      store<u32>(ordinals + found, ordinal);
      store<u32>(leaderTitleTfs + found, load<u32>(leader.titleTfs + l));
      store<u32>(leaderBodyTfs + found, load<u32>(leader.bodyTfs + l));
      store<u32>(followerTitleTfs + found, load<u32>(follower.titleTfs + f));
      store<u32>(followerBodyTfs + found, load<u32>(follower.bodyTfs + f));
      found += 4;
      l += 4;
      f += 4;
    } else {
      if (f >= follower.end) break;
      l = seek(leaders, l, other);
    }
  }
  stepTo(leader, l);
  stepTo(follower, f);
  return found;
}

/** The first place from `at` on with `target` or more. Behind the numbers stands one that is greater than all. */
function seek(numbers: usize, at: u32, target: u32): u32 {
  if (load<u32>(numbers + at) >= target) return at;
  if (load<u32>(numbers + at + 4) >= target) return at + 4;
  const wanted = i32x4.splat(<i32>target);
  while (true) {
    const less = i32x4.bitmask(i32x4.lt_u(v128.load(numbers + at), wanted));
    if (less != 15) return at + ((<u32>popcnt<i32>(less)) << 2);
    at += 16;
  }
}

/** Scores the documents found last. */
export function scorePairs(part: PartView): void {
  const bytes = pairCount << 2;
  const leaderHasTitles = anyNonZero(leaderTitleTfs, bytes);
  const followerHasTitles = anyNonZero(followerTitleTfs, bytes);
  gatherDocuments(part, ordinals, bytes, leaderHasTitles || followerHasTitles);
  contribute(
    leader.weight,
    leaderHasTitles,
    leaderTitleTfs,
    titleLengths,
    leaderBodyTfs,
    bodyLengths,
    bytes,
    leaderScores,
  );
  contribute(
    follower.weight,
    followerHasTitles,
    followerTitleTfs,
    titleLengths,
    followerBodyTfs,
    bodyLengths,
    bytes,
    followerScores,
  );
}
