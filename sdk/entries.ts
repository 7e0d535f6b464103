/** What can be put into a capsule, and what comes back. */

import type { JsonObject } from "../runtimes/contract.js";
import type { Uri, UriType } from "./uri.js";

/**
 * Where something is put: a whole URI, or a path with what isn't the default. `type` is `artifact` unless given; spec and
 * run are those of the open capsule, else `workspace` and `main`. A policy without spec and run is workspace-wide.
 */
export type PutTarget = string | PutPath;

export interface PutPath {
  readonly path: string;
  readonly type?: Exclude<UriType, "event" | "checkpoint">;
  readonly specId?: string;
  readonly runId?: string;
}

/** Content that is there already. A string is stored as UTF-8. Bytes must not change until the put has returned. */
export type WholeContent = string | Uint8Array;

/** Content to put; streams are taken in piece by piece, whatever their size. */
export type PutContent = WholeContent | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** False keeps it out of curated merges. Default true. */
  readonly promote?: boolean;
  /** Searched, with more weight than the text. At most 4,096 bytes. */
  readonly title?: string;
  readonly tags?: readonly string[];
  /** Default: from the path's extension, else `application/octet-stream`. */
  readonly mediaType?: string;
  /** Any JSON object; at most 64 KiB together with tags and media type, nested at most 32 deep. */
  readonly attributes?: JsonObject;
  /** Whether the content is searched. `auto` (default): if it is UTF-8 text without NUL characters. */
  readonly index?: boolean | "auto";
  /** Time of the revision, milliseconds since 1970 UTC. Default: the clock's. */
  readonly atMs?: number;
  /** Called when it was stored, before the promise is fulfilled; it is durable with the next commit only. */
  readonly onStored?: (stored: StoredDocument) => void;
}

/** What became of a document. */
export interface StoredDocument {
  readonly uri: Uri;
  /** Whether the same content was in the capsule already, so that it takes no room again. */
  readonly deduplicated: boolean;
}

/** One document of `putMany`. */
export interface Document extends PutOptions {
  readonly target: PutTarget;
  readonly content: WholeContent;
}

export interface PutManyOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with the number of documents put. */
  readonly onProgress?: (documentsPut: number) => void;
}

/** What an entry is. Aliases and removals have none: they show by what they lead to or hide. */
export type EntryKind = "revision" | "event" | "checkpoint";

/** Where the record lies in the file. For people who look for a fault: it changes when a capsule is compacted. */
export interface PhysicalPosition {
  readonly unstable: true;
  readonly recordNumber: number;
  readonly packOffset: number;
  readonly packLength: number;
  readonly indexInPack: number;
}

/** What a URI resolves to. */
export interface Entry {
  /** The URI that was asked for or listed. */
  readonly uri: Uri;
  /** Where it led after following aliases; usually the same. */
  readonly resolvedUri: Uri;
  readonly kind: EntryKind;
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly mediaType: string;
  readonly attributes: JsonObject;
  readonly sizeBytes: number;
  readonly atMs: number;
  /** Number of the commit that holds this revision; the next one's while it waits for its commit. */
  readonly sequence: number;
  readonly committed: boolean;
  readonly indexed: boolean;
  readonly branch: string;
  readonly aliasesFollowed: number;
  readonly physical: PhysicalPosition;
}

/** An entry with the BLAKE3 hash of its content, 64 hexadecimal digits. */
export interface HashedEntry extends Entry {
  readonly contentHash: string;
}

export interface GetOptions {
  /** Refuses longer content with `TooLarge`. Default 2^31 - 1; no limit for a stream. */
  readonly maxBytes?: number;
}

export interface ListOptions {
  /** Only URIs that begin with it, byte for byte. Default: all. */
  readonly prefix?: string;
  /** Only URIs behind this one, in the order of their bytes: where an earlier list stopped. */
  readonly after?: string;
  /** At most so many. Default: all. */
  readonly limit?: number;
  /** Which kinds. Default: `["revision"]`, what was put. */
  readonly kinds?: readonly EntryKind[];
  readonly signal?: AbortSignal;
}
