/** From records to entries: resolving and listing. */

import type { JsonObject } from "../runtimes/contract.js";
import { AT_HEAD, type CoreView, RecordKind } from "./core/exports.js";
import { contentHash, listRecords, resolveRecord } from "./core/reads.js";
import type { CoreRecord } from "./core/records.js";
import type { Entry, EntryKind, HashedEntry, ListOptions } from "./entries.js";
import { argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import { mediaTypeOf } from "./media-types.js";
import type { Session } from "./session.js";
import { checkUri, parseUri, type Uri } from "./uri.js";

/** Entries that one call of the core lists. */
const PAGE_ENTRIES = 256;

const KINDS: { readonly [kind: number]: EntryKind } = {
  [RecordKind.REVISION]: "revision",
  [RecordKind.EVENT]: "event",
  [RecordKind.CHECKPOINT]: "checkpoint",
};

/** What the attributes of a revision hold: docs/attributes.md. */
interface StoredAttributes {
  readonly attributes?: JsonObject;
  readonly media_type?: string;
  readonly tags?: readonly string[];
}

/** The JSON object that a record's attributes are. */
export function parseAttributes(record: CoreRecord): JsonObject {
  if (record.attributesJson === "") return {};
  return parseJson(record.attributesJson, `the attributes of ${record.uri}`);
}

/** A stored JSON object. It passed its hash: if it isn't JSON, its writer is to blame. */
export function parseJson(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CapsuleError("Corrupted", `Cannot read ${what}: it is not JSON`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new CapsuleError("Corrupted", `Cannot read ${what}: it is not a JSON object`);
}

/** A record as an entry under the URI that it was asked for by. */
export function toEntry(session: Session, record: CoreRecord, uri: Uri): Entry {
  const kind = KINDS[record.kind];
  if (kind === undefined) {
    throw new CapsuleError("Corrupted", `Cannot read ${uri}: it resolves to a record of kind ${record.kind}`);
  }
  const stored = parseAttributes(record);
  const described =
    kind === "revision" ? (stored as StoredAttributes) : { attributes: stored, media_type: "application/json" };
  return {
    uri,
    resolvedUri: record.uri as Uri,
    kind,
    title: record.title === "" ? null : record.title,
    tags: described.tags ?? [],
    mediaType: described.media_type ?? mediaTypeOf(record.uri),
    attributes: described.attributes ?? {},
    sizeBytes: record.contentLength,
    atMs: record.atMs,
    sequence: record.sequence,
    committed: record.sequence <= session.info.headSequence,
    indexed: record.isDocument,
    branch: session.branchName(record.branch),
    aliasesFollowed: record.aliasesFollowed,
    physical: {
      unstable: true,
      recordNumber: record.recordNumber,
      packOffset: record.packOffset,
      packLength: record.packLength,
      indexInPack: record.indexInPack,
    },
  };
}

/** What a URI resolves to in a view, or null; with its content's hash if asked for. */
export async function resolveEntry(
  session: Session,
  uri: string,
  view: () => CoreView,
  withHash: boolean,
): Promise<Entry | HashedEntry | null> {
  const asked = checkUri(uri);
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const record = await resolveRecord(session.core, asked, view());
  if (record === null) return null;
  await session.learnBranch(record.branch);
  const entry = toEntry(session, record, asked);
  return withHash ? { ...entry, contentHash: await contentHash(session.core, record.recordNumber) } : entry;
}

/** The entries of a view, in the order of their URIs' bytes. */
export async function* listEntries(
  session: Session,
  view: () => CoreView,
  options: ListOptions,
): AsyncGenerator<Entry, void, undefined> {
  const { prefix = "", kinds = ["revision"], limit = Number.POSITIVE_INFINITY, signal } = options;
  checkLimit("limit", limit);
  for (const kind of kinds) if (!Object.values(KINDS).includes(kind)) throw argumentError("kinds", "entry kinds", kind);
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const at = pinned(session, view());
  let after = options.after ?? "";
  for (let given = 0; given < limit; ) {
    throwIfAborted(signal, "list");
    session.requireOpen();
    const pageEntries = Math.min(PAGE_ENTRIES, limit - given + 1);
    const page = await listRecords(session.core, prefix, after, pageEntries, at);
    for (const record of page) {
      const kind = KINDS[record.kind];
      if (kind === undefined || !kinds.includes(kind) || given >= limit) continue;
      given++;
      await session.learnBranch(record.branch);
      yield toEntry(session, record, record.uri as Uri);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageEntries) return;
    const kind = KINDS[last.kind];
    after = kind === undefined || kinds.includes(kind) ? last.uri : behindSiblings(last.uri);
  }
}

/**
 * Where to go on behind something that isn't listed: beyond all of its run and type, of which there may be thousands, since a type's URIs
 * are of one kind. "0" is the byte behind "/".
 */
function behindSiblings(uri: string): string {
  return `${uri.slice(0, -parseUri(uri).path.length - 1)}0`;
}

/** A view that stays what it is while someone steps through it, whatever is refreshed or committed meanwhile. */
export function pinned(session: Session, view: CoreView): CoreView {
  return view.sequence === AT_HEAD ? { branch: view.branch, sequence: session.info.headSequence } : view;
}

export function checkLimit(name: string, limit: number): void {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 0)) return;
  throw argumentError(name, "a whole number of 0 or more", limit);
}
