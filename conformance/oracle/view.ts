import { decodeText } from "./bytes.js";
import { demand } from "./failure.js";
import type { History, StoredRecord } from "./history.js";
import { RecordKind } from "./pack.js";

const MAX_ALIASES = 16;

/** What could be seen on a branch at a commit (part 9). */
export interface View {
  readonly branch: number;
  readonly sequence: number;
}

export type Resolution =
  | { readonly outcome: "found"; readonly record: StoredRecord; readonly path: readonly string[] }
  | {
      readonly outcome: "not-found" | "removed" | "alias-cycle" | "too-many-aliases";
      readonly path: readonly string[];
    };

/** The view's branch and its ancestors up to `main`, each with the sequence up to which it is seen. */
export function lineage(history: History, view: View): View[] {
  const views = [view];
  for (let last = view; last.branch !== 0; ) {
    const branch = history.branches[last.branch];
    demand(branch !== undefined, `there is no branch ${last.branch}`);
    last = { branch: branch.parent, sequence: Math.min(last.sequence, branch.forkSequence) };
    views.push(last);
  }
  return views;
}

/**
 * The record that made the newest version of a URI on the first branch of the lineage that has one; undefined if none has.
 * Only records below number `before` are looked at.
 */
export function newestVersion(
  history: History,
  view: View,
  uri: string,
  before = Number.POSITIVE_INFINITY,
): StoredRecord | undefined {
  for (const { branch, sequence } of lineage(history, view)) {
    const version = (history.recordsOfUri.get(uri) ?? []).findLast(
      (record) => record.branch === branch && record.sequence <= sequence && record.number < before,
    );
    if (version) return version;
  }
  return undefined;
}

/** The record that a version shows: the promoted one for a promotion, else its own. */
export function shownRecord(history: History, version: StoredRecord): StoredRecord {
  const { kind, place } = version;
  return kind === RecordKind.promotion && place.mode === 3 ? history.record(place.source) : version;
}

/** Resolves a URI in a view; `path` holds the URIs on the way, the one asked for first. */
export function resolve(history: History, view: View, uri: string): Resolution {
  const path = [uri];
  for (;;) {
    const last = path.at(-1) ?? uri;
    const version = newestVersion(history, view, last);
    if (!version) return { outcome: "not-found", path };
    const shown = shownRecord(history, version);
    if (shown.kind === RecordKind.removal) return { outcome: "removed", path };
    if (shown.kind !== RecordKind.alias) return { outcome: "found", record: shown, path };
    const target = decodeText(shown.inline ?? new Uint8Array(0), "alias target");
    if (path.includes(target)) return { outcome: "alias-cycle", path };
    if (path.length > MAX_ALIASES) return { outcome: "too-many-aliases", path };
    path.push(target);
  }
}

/** Every URI whose newest version in the view is neither a removal nor a branch's record, with that version, by ascending URI bytes. */
export function list(history: History, view: View, prefix = ""): { uri: string; version: StoredRecord }[] {
  return allUris(history)
    .filter((uri) => uri.startsWith(prefix))
    .flatMap((uri) => {
      const version = newestVersion(history, view, uri);
      if (!version) return [];
      const { kind } = shownRecord(history, version);
      return kind === RecordKind.removal || kind === RecordKind.branch ? [] : [{ uri, version }];
    });
}

/** The documents that some URI resolves to in the view, by ascending record number. */
export function documents(history: History, view: View): StoredRecord[] {
  const found = new Set<StoredRecord>();
  for (const uri of allUris(history)) {
    const resolution = resolve(history, view, uri);
    if (resolution.outcome === "found" && resolution.record.isDocument) found.add(resolution.record);
  }
  return [...found].sort((a, b) => a.number - b.number);
}

/** All URIs of all records, by ascending bytes (for well-formed text that is the order of code points). */
function allUris(history: History): string[] {
  return [...history.recordsOfUri.keys()].sort(compareText);
}

/** Order of texts by their UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
