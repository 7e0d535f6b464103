import { OK } from "../status";
import { Cursor, decodeBlock, NO_MORE, restart } from "./cursor";
import { PartView, shows } from "./part-view";
import { contributions, scoreBatch } from "./score-postings";
import { hitCapacity, raiseThreshold } from "./top-k";

/**
 * Raising the threshold before hits are sought: if k documents of one block reach a score by one term alone, no document below that score
 * can be a hit.
 */

/** For more hits than this, a block says too little. */
const MAX_PRIMED: u32 = 32;

/** The greatest contributions so far, descending: i64 each. */
const best: usize = memory.data(256, 8);

/** Raises the threshold to what the block that promises most has to offer, and goes back before the first posting. */
export function prime(part: PartView, c: Cursor): void {
  const wanted = hitCapacity;
  if (wanted > MAX_PRIMED || c.df < wanted) return;
  if (c.block != c.bestBlock && decodeBlock(c, c.bestBlock) != OK) return;
  const last = scoreBatch(part, c, NO_MORE);
  let found: u32 = 0;
  for (let at: u32 = 0; at < last; at += 4) {
    const score = load<i64>(contributions + ((<usize>at) << 1));
    if (found == wanted && score <= load<i64>(best + ((<usize>(wanted - 1)) << 3))) continue;
    if (!shows(part, load<u32>(c.ordinals + at))) continue;
    if (found < wanted) found++;
    let place = best + ((<usize>(found - 1)) << 3);
    for (; place > best && load<i64>(place - 8) < score; place -= 8) store<i64>(place, load<i64>(place - 8));
    store<i64>(place, score);
  }
  if (found == wanted) raiseThreshold(load<i64>(best + ((<usize>(wanted - 1)) << 3)));
  restart(c);
}
