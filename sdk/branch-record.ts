/** What the record says that made a branch: docs/format.md part 6, docs/attributes.md. */

import type { CoreRecord } from "./core/records.js";
import { parseAttributes } from "./entry-reader.js";
import type { SpecRun } from "./placement.js";

/** Where a branch left its parent: the parent's number, and the parent's commit. */
export interface Fork {
  readonly parent: number;
  readonly sequence: number;
}

/** Its content: two numbers as LEB128. */
export function parseFork(content: Uint8Array): Fork {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of content) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  const [parent = 0, sequence = 0] = numbers;
  return { parent, sequence };
}

/** The run that a branch was made for. */
export function runOf(record: CoreRecord): SpecRun | null {
  const { spec_id: specId, run_id: runId } = parseAttributes(record);
  return typeof specId === "string" && typeof runId === "string" ? { specId, runId } : null;
}
