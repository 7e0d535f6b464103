/** What an open capsule and a view of its past have in common: everything that reads. */

import type { Entry, GetOptions, HashedEntry, ListOptions } from "./entries.js";
import type { CapsuleEvent, EventFilters } from "./events.js";
import type { Checkpoint } from "./history.js";
import type { SearchOptions, SearchResult } from "./hits.js";

/**
 * Reading. What doesn't exist is null; what is damaged throws `Corrupted`. Each method checks the hashes of what it
 * reads, and throws `InvalidUri` for a text that isn't a URI.
 */
export interface Readable {
  /**
   * The content that a URI resolves to, or null.
   *
   * @throws CapsuleError `TooLarge` beyond `maxBytes`; `InvalidArgument` if text was asked for and it isn't UTF-8
   * @example const plan = await capsule.get(uri, { as: "text" });
   */
  get(uri: string, options?: GetOptions & { readonly as?: "bytes" }): Promise<Uint8Array<ArrayBuffer> | null>;
  get(uri: string, options: GetOptions & { readonly as: "text" }): Promise<string | null>;
  /** The content piece by piece, at most 1 MiB in memory at once. */
  get(uri: string, options: GetOptions & { readonly as: "stream" }): Promise<ReadableStream<Uint8Array> | null>;

  /** What a URI resolves to, without its content, or null. `contentHash` reads the content to hash it. */
  resolve(uri: string, options: { readonly contentHash: true }): Promise<HashedEntry | null>;
  resolve(uri: string, options?: { readonly contentHash?: boolean }): Promise<Entry | null>;

  /** Entries in the order of their URIs' bytes. */
  list(options?: ListOptions): AsyncIterableIterator<Entry>;

  /**
   * The documents that match best. Any text is a query; there are no operators.
   *
   * @example const { hits } = await capsule.search("retry budget", { limit: 5 });
   */
  search(query: string, options?: SearchOptions): Promise<SearchResult>;

  /** Events in the order in which they were stored. @throws CapsuleError `UnknownCheckpoint` */
  events(filters?: EventFilters): AsyncIterableIterator<CapsuleEvent>;

  /** Checkpoints in the order in which they were made. */
  checkpoints(): Promise<Checkpoint[]>;
}
