/** The backend `local-memory`: the daemon. */

import type { PutTarget } from "../entries.js";
import { checkLimit } from "../entry-reader.js";
import { argumentError, CapsuleError, throwIfAborted } from "../errors.js";
import { checkUri, DEFAULT_RUN, DEFAULT_SPEC, formatUri, isUri, type Uri } from "../uri.js";
import type { Daemon } from "./daemon.js";
import type { Memory, MemoryFallback, MemoryHit, MemoryPutOptions, MemorySearchOptions } from "./memory.js";

const DEFAULT_LIMIT = 10;

/** Where something is put that doesn't say it itself. */
export interface DefaultPlace {
  readonly workspaceId: string;
  readonly specId?: string | undefined;
  readonly runId?: string | undefined;
}

export class LocalMemory implements Memory {
  readonly backend = "local-memory";
  private closed = false;
  /** Ids of what this handle has put, so that its URI finds it at once. */
  private readonly idsByUri = new Map<string, string>();

  constructor(
    private readonly daemon: Daemon,
    private readonly place: DefaultPlace,
    readonly fallback: MemoryFallback | null,
  ) {}

  async search(query: string, options: MemorySearchOptions = {}): Promise<readonly MemoryHit[]> {
    const { limit = DEFAULT_LIMIT, signal } = options;
    this.requireOpen();
    if (typeof query !== "string") throw argumentError("query", "text", query);
    checkLimit("limit", limit);
    throwIfAborted(signal, "search local-memory");
    const hits = await this.daemon.search(query, limit);
    throwIfAborted(signal, "search local-memory");
    return hits;
  }

  async put(target: PutTarget, content: string, { title, tags = [] }: MemoryPutOptions = {}): Promise<string> {
    this.requireOpen();
    if (typeof content !== "string") throw argumentError("content", "text", content);
    const uri = this.uriFor(target);
    const id = await this.daemon.put(title === undefined ? content : `${title}\n\n${content}`, [uri, ...tags]);
    this.idsByUri.set(uri, id);
    return id;
  }

  async get(id: string): Promise<string | null> {
    this.requireOpen();
    if (!isUri(id)) return this.daemon.get(id);
    const known = this.idsByUri.get(id) ?? (await this.daemon.findByUri(id));
    return known === null ? null : this.daemon.get(known);
  }

  async commitStage(): Promise<null> {
    this.requireOpen();
    return null;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private uriFor(target: PutTarget): Uri {
    if (typeof target === "string") return checkUri(target);
    const { path, type = "artifact" } = target;
    const specId = target.specId ?? this.place.specId ?? DEFAULT_SPEC;
    const runId = target.runId ?? this.place.runId ?? DEFAULT_RUN;
    return formatUri({ workspaceId: this.place.workspaceId, specId, runId, type, path });
  }

  private requireOpen(): void {
    if (this.closed) throw new CapsuleError("Closed", "Cannot use the memory: it was closed");
  }
}
