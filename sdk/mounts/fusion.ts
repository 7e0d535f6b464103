/**
 * One list of several: reciprocal rank fusion (Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and
 * individual Rank Learning Methods", SIGIR 2009). Scores of different capsules can't be compared, since each is taken over
 * its own documents; ranks can. Computed in integers, so that the order of the lists doesn't matter.
 */

import { compareUtf8 } from "../../runtimes/std.js";

/** As in the paper. */
export const RANK_CONSTANT = 60;
/** Scores are multiples of 2^-32, as those of searches are. */
export const SCORE_UNIT = 2 ** 32;

/** A list of one source, best first. */
export interface RankedList<Item> {
  /** The source's name, unique among the lists. */
  readonly source: string;
  readonly items: readonly Item[];
}

/** What an item is known by: items of several lists that have the same URI and content are one. */
export interface ItemKey {
  readonly uri: string;
  /** The same for the same content; compared only between items with one URI. */
  readonly content: string;
}

/** Where an item stands in one list. */
export interface Placing<Item> {
  readonly source: string;
  /** From 1. */
  readonly rank: number;
  readonly item: Item;
}

export interface FusedItem<Item> {
  readonly uri: string;
  /** A whole number; the score is this divided by {@link SCORE_UNIT}. */
  readonly units: number;
  /** Best rank first, ties by the bytes of the source's name. */
  readonly placings: readonly [Placing<Item>, ...Placing<Item>[]];
}

/** What a rank adds to a score: 2^32 / (60 + rank), rounded down. */
export function unitsOf(rank: number): number {
  return Math.floor(SCORE_UNIT / (RANK_CONSTANT + rank));
}

/**
 * Fuses lists: each item's score is the sum over its ranks, the best first; ties by the bytes of the URI, then of the source's name.
 *
 * @param keyOf what an item is known by; an item is once at most in a list
 */
export function fuse<Item>(lists: readonly RankedList<Item>[], keyOf: (item: Item) => ItemKey): FusedItem<Item>[] {
  const groups = new Map<string, { readonly uri: string; readonly placings: Placing<Item>[] }>();
  for (const { source, items } of lists) {
    for (const [index, item] of items.entries()) {
      const { uri, content } = keyOf(item);
      const key = `${content} ${uri}`;
      const group = groups.get(key) ?? { uri, placings: [] };
      group.placings.push({ source, rank: index + 1, item });
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(toFused).sort(compareFused);
}

function toFused<Item>({
  uri,
  placings,
}: {
  readonly uri: string;
  readonly placings: Placing<Item>[];
}): FusedItem<Item> {
  const [first, ...others] = placings.sort((a, b) => a.rank - b.rank || compareUtf8(a.source, b.source));
  if (first === undefined) throw new RangeError("an item stands in no list");
  const units = placings.reduce((sum, { rank }) => sum + unitsOf(rank), 0);
  return { uri, units, placings: [first, ...others] };
}

function compareFused<Item>(a: FusedItem<Item>, b: FusedItem<Item>): number {
  return b.units - a.units || compareUtf8(a.uri, b.uri) || compareUtf8(a.placings[0].source, b.placings[0].source);
}
