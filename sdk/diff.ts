/** What became different between two views: their listings, side by side. */

import { contentHash } from "./core/reads.js";
import type { Entry, ListOptions } from "./entries.js";
import { throwIfAborted } from "./errors.js";
import type { Reader } from "./reader.js";
import type { Session } from "./session.js";
import type { Uri } from "./uri.js";

export type Change = "added" | "changed" | "removed";

/** A URI that two views don't agree on. */
export interface Difference {
  readonly uri: Uri;
  readonly change: Change;
  /** What it was; null if it was added. */
  readonly before: Entry | null;
  /** What it is; null if it was removed. */
  readonly after: Entry | null;
}

/** Which URIs are compared: those that a list with these options gives. */
export type DiffOptions = Pick<ListOptions, "prefix" | "kinds" | "signal">;

/**
 * The differences between two views of one session, in the order of their URIs' bytes. Each listing is read once, page by
 * page; a content is read only where two revisions agree in everything else.
 */
export async function* differences(
  session: Session,
  before: Pick<Reader, "list">,
  after: Pick<Reader, "list">,
  options: DiffOptions,
): AsyncGenerator<Difference, void, undefined> {
  const older = before.list(options);
  const newer = after.list(options);
  let [left, right] = [await nextOf(older), await nextOf(newer)];
  while (left !== null || right !== null) {
    throwIfAborted(options.signal, "compare");
    const order = left === null ? 1 : right === null ? -1 : compareCodePoints(left.uri, right.uri);
    const [was, is] = [order <= 0 ? left : null, order >= 0 ? right : null];
    const difference = await differenceOf(session, was, is);
    if (difference !== null) yield difference;
    if (was !== null) left = await nextOf(older);
    if (is !== null) right = await nextOf(newer);
  }
}

async function nextOf(entries: AsyncIterator<Entry>): Promise<Entry | null> {
  const { done, value } = await entries.next();
  return done === true ? null : value;
}

async function differenceOf(session: Session, before: Entry | null, after: Entry | null): Promise<Difference | null> {
  if (before === null) return after === null ? null : { uri: after.uri, change: "added", before, after };
  if (after === null) return { uri: before.uri, change: "removed", before, after };
  if (await saysTheSame(session, before, after)) return null;
  return { uri: after.uri, change: "changed", before, after };
}

/** Whether a reader could tell two records apart by anything but when and where they were stored. */
async function saysTheSame(session: Session, before: Entry, after: Entry): Promise<boolean> {
  const [older, newer] = [before.physical.recordNumber, after.physical.recordNumber];
  if (older === newer) return true;
  if (before.sizeBytes !== after.sizeBytes || describe(before) !== describe(after)) return false;
  session.requireOpen();
  return (await contentHash(session.core, older)) === (await contentHash(session.core, newer));
}

/** Attributes are stored in canonical form, so that equal ones are equal texts. */
function describe({ kind, title, tags, mediaType, attributes, indexed }: Entry): string {
  return JSON.stringify([kind, title, tags, mediaType, attributes, indexed]);
}

/**
 * The order of two texts' UTF-8 bytes, which is that of their code points; UTF-16, in which JavaScript compares, puts
 * surrogates before U+E000 to U+FFFF.
 */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates, which begin code points beyond U+FFFF, go last. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
