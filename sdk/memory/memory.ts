/** What a pipeline remembers by: one interface, whether the capsule or the local-memory daemon is behind it. */

import type { PutTarget } from "../entries.js";
import type { Checkpoint, StageOptions } from "../history.js";
import type { CloseOptions, MemoryBackend } from "../options.js";

export interface MemorySearchOptions {
  /** At most so many hits. Default 10. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface MemoryHit {
  /** What {@link Memory.get} takes: a URI of the capsule, the daemon's own id. */
  readonly id: string;
  /** The `mv2://` URI; null for what the daemon holds without one. */
  readonly uri: string | null;
  /** Comparable within one answer only; null if the daemon gave none. */
  readonly score: number | null;
  readonly title: string | null;
  /** A snippet, or the text as far as the backend gives it. */
  readonly text: string;
}

export interface MemoryPutOptions {
  readonly title?: string;
  readonly tags?: readonly string[];
}

/** Why the daemon stands in for the capsule. */
export interface MemoryFallback {
  readonly from: MemoryBackend;
  readonly to: MemoryBackend;
  readonly reason: string;
}

/** See `openMemory`. All methods throw `CapsuleError`, `Closed` after {@link close}. */
export interface Memory {
  readonly backend: MemoryBackend;
  /** Null if the backend is the one that was configured. */
  readonly fallback: MemoryFallback | null;

  /** What matches best, the best first. In a capsule, of what is committed. @throws CapsuleError `MemoryBackendFailed` */
  search(query: string, options?: MemorySearchOptions): Promise<readonly MemoryHit[]>;

  /**
   * Remembers a text under a URI and returns its id for {@link get}. The capsule commits it with the stage or at the
   * close; the daemon keeps it at once, with the URI as a tag.
   */
  put(target: PutTarget, content: string, options?: MemoryPutOptions): Promise<string>;

  /** The text of an id or URI, or null. */
  get(id: string): Promise<string | null>;

  /** Ends a stage: a checkpoint of the capsule; null from the daemon, which has none. */
  commitStage(options: StageOptions): Promise<Checkpoint | null>;

  close(options?: CloseOptions): Promise<void>;
}
