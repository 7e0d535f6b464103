/** Reading, as an open capsule and a view of its past do it. */

import { type ContentForm, getContent } from "./content-reader.js";
import type { CoreView } from "./core/exports.js";
import type { Entry, GetOptions, HashedEntry, ListOptions } from "./entries.js";
import { listEntries, resolveEntry } from "./entry-reader.js";
import { readCheckpoints, readEvents } from "./event-reader.js";
import type { CapsuleEvent, EventFilters } from "./events.js";
import type { Checkpoint } from "./history.js";
import type { SearchOptions, SearchResult } from "./hits.js";
import type { SearchSource } from "./mounts/search.js";
import type { Readable } from "./readable.js";
import { searchView } from "./searcher.js";
import type { Session } from "./session.js";

export abstract class Reader implements Readable {
  /** @internal */
  protected constructor(protected readonly session: Session) {}

  /** What `get`, `resolve` and `list` look at. @internal */
  protected abstract lookupView(): CoreView;
  /** What `search`, `events` and `checkpoints` look at. @internal */
  protected abstract committedView(): CoreView;

  /** Where a search of this looks, for one that takes several together. @internal */
  asSearchSource(name: string): SearchSource {
    return { name, session: this.session, view: this.committedView() };
  }

  get(uri: string, options?: GetOptions & { readonly as?: "bytes" }): Promise<Uint8Array<ArrayBuffer> | null>;
  get(uri: string, options: GetOptions & { readonly as: "text" }): Promise<string | null>;
  get(uri: string, options: GetOptions & { readonly as: "stream" }): Promise<ReadableStream<Uint8Array> | null>;
  get(uri: string, options: GetOptions & { readonly as?: ContentForm } = {}): Promise<never> {
    // The overloads say which form belongs to which result.
    return getContent(this.session, uri, () => this.lookupView(), options) as Promise<never>;
  }

  resolve(uri: string, options: { readonly contentHash: true }): Promise<HashedEntry | null>;
  resolve(uri: string, options?: { readonly contentHash?: boolean }): Promise<Entry | null>;
  resolve(uri: string, options: { readonly contentHash?: boolean } = {}): Promise<never> {
    return resolveEntry(this.session, uri, () => this.lookupView(), options.contentHash === true) as Promise<never>;
  }

  list(options: ListOptions = {}): AsyncIterableIterator<Entry> {
    return listEntries(this.session, () => this.lookupView(), options);
  }

  search(query: string, options: SearchOptions = {}): Promise<SearchResult> {
    return searchView(this.session, this.committedView(), query, options);
  }

  events(filters: EventFilters = {}): AsyncIterableIterator<CapsuleEvent> {
    return readEvents(this.session, this.committedView(), filters);
  }

  checkpoints(): Promise<Checkpoint[]> {
    return readCheckpoints(this.session, this.committedView());
  }
}
