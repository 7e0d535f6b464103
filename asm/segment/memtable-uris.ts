import { compareBytes } from "../bytes/search";
import { Buffer } from "../memory/buffer";
import { KeyTable } from "./memtable-keys";
import { memtableAlloc } from "./memtable-memory";
import { sortedEntry, sortTable } from "./memtable-sort";

/** The memtable's URIs with their versions, and the names of its checkpoints. */

/** What a version says of its URI. */
export namespace What {
  export const CONTENT: u32 = 0;
  export const REMOVAL: u32 = 1;
  export const ALIAS: u32 = 2;
  export const PROMOTION: u32 = 3;
}

/** A URI; its bytes follow, at `URI_KEY`. */
@unmanaged
export class UriEntry {
  newest: Version | null;
  versionCount: u32;
  length: u32;
}
export const URI_KEY: usize = 12;

/** A version of a URI. */
@unmanaged
export class Version {
  older: Version | null;
  /** Record number; that of the promoted record for a promotion. */
  record: u32;
  sequence: u64;
  branch: u32;
  what: u32;
}

/** A name; its key follows, at `NAME_KEY`. */
@unmanaged
export class NameEntry {
  /** Number of the newest record with the name. */
  record: u32;
  length: u32;
}
export const NAME_KEY: usize = 8;

export const memtableUris: KeyTable = KeyTable.create(URI_KEY);
export const memtableNames: KeyTable = KeyTable.create(NAME_KEY);

/** Versions of the URI that has most. */
export let longestHistory: u32 = 0;

const sortedUris: Buffer = Buffer.create();
let sortedCount: u32 = 0;

/** The entry of a URI, or null. */
export function memtableFindUri(uri: usize, length: usize): UriEntry | null {
  return changetype<UriEntry | null>(memtableUris.find(uri, length));
}

/** Adds a version, newer than all that the URI has. Returns the URI's entry, null when memory is exhausted. */
export function addVersion(
  uri: usize,
  length: usize,
  sequence: u64,
  branch: u32,
  what: u32,
  record: u32,
): UriEntry | null {
  const version = changetype<Version>(memtableAlloc(offsetof<Version>()));
  if (changetype<usize>(version) == 0) return null;
  const entry = changetype<UriEntry | null>(memtableUris.findOrAdd(uri, length));
  if (entry == null) return null;
  version.older = entry.newest;
  version.record = record;
  version.sequence = sequence;
  version.branch = branch;
  version.what = what;
  entry.newest = version;
  entry.versionCount++;
  longestHistory = max<u32>(longestHistory, entry.versionCount);
  return entry;
}

/** Gives a checkpoint's name to a record, newer than any that has it. False when memory is exhausted. */
export function addName(key: usize, length: usize, record: u32): bool {
  const entry = changetype<NameEntry | null>(memtableNames.findOrAdd(key, length));
  if (entry == null) return false;
  entry.record = record;
  return true;
}

/** The entry of a name (its key as in section 13 of a segment), or null. */
export function memtableFindName(key: usize, length: usize): NameEntry | null {
  return changetype<NameEntry | null>(memtableNames.find(key, length));
}

/** Puts the URIs in order, if any were added since they last were. False when memory is exhausted. */
export function sortUris(): bool {
  if (sortedCount == memtableUris.count) return true;
  sortedCount = 0;
  if (!sortTable(memtableUris, sortedUris)) return false;
  sortedCount = memtableUris.count;
  return true;
}

/** URI number `index`, in order. Only after `sortUris`. */
export function sortedUri(index: u32): UriEntry {
  return changetype<UriEntry>(sortedEntry(sortedUris, index));
}

/** Number, in order, of the first URI that isn't before `uri`; the number of URIs if there is none. Only after `sortUris`. */
export function seekUri(uri: usize, length: usize): u32 {
  let low: u32 = 0;
  let high = sortedCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = sortedUri(middle);
    const isBefore = compareBytes(changetype<usize>(entry) + URI_KEY, entry.length, uri, length) < 0;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function releaseUris(): void {
  memtableUris.release();
  memtableNames.release();
  sortedUris.release();
  sortedCount = 0;
  longestHistory = 0;
}
