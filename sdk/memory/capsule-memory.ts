/** The backend `memvid`: the capsule. */

import type { Capsule } from "../capsule.js";
import type { PutTarget } from "../entries.js";
import type { Checkpoint, StageOptions } from "../history.js";
import type { CloseOptions } from "../options.js";
import type { Memory, MemoryHit, MemoryPutOptions, MemorySearchOptions } from "./memory.js";

export class CapsuleMemory implements Memory {
  readonly backend = "memvid";
  readonly fallback = null;

  constructor(readonly capsule: Capsule) {}

  async search(query: string, { limit, signal }: MemorySearchOptions = {}): Promise<readonly MemoryHit[]> {
    const options = { ...(limit === undefined ? {} : { limit }), ...(signal === undefined ? {} : { signal }) };
    const { hits } = await this.capsule.search(query, options);
    return hits.map(({ uri, score, title, snippet }) => ({ id: uri, uri, score, title, text: snippet ?? "" }));
  }

  put(target: PutTarget, content: string, options: MemoryPutOptions = {}): Promise<string> {
    return this.capsule.put(target, content, options);
  }

  get(id: string): Promise<string | null> {
    return this.capsule.get(id, { as: "text" });
  }

  commitStage(options: StageOptions): Promise<Checkpoint> {
    return this.capsule.commitStage(options);
  }

  close(options: CloseOptions = {}): Promise<void> {
    return this.capsule.close(options);
  }
}
