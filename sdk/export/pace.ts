/** How far long work is: progress for those who wait, and a look at the signal. */

import type { CoreRecord } from "../core/records.js";
import { throwIfAborted } from "../errors.js";
import type { ExportOptions } from "./options.js";

/** What a record costs besides its content, in the measure of its bytes. */
const RECORD_COST_BYTES = 256;
/** Records between two turns of the event loop. */
const STEPS_PER_TURN = 64;
/** Content between two turns. */
const BYTES_PER_TURN = 4 * 1024 * 1024;

export class Pace {
  private done = 0;
  /** Of the record at hand. */
  private pieces = 0;
  private total = 0;
  private steps = 0;
  private doneAtTurn = 0;

  constructor(private readonly options: Pick<ExportOptions, "onProgress" | "signal">) {}

  /** Adds to what is to be done. */
  expect(record: CoreRecord): void {
    this.total += record.contentLength + RECORD_COST_BYTES;
  }

  /** Notes that a record was copied. */
  did(record: CoreRecord): Promise<void> {
    this.done += RECORD_COST_BYTES + record.contentLength;
    this.pieces = 0;
    return this.step();
  }

  /** Notes that a piece of a long record was copied. */
  passed(pieceBytes: number): Promise<void> {
    this.pieces += pieceBytes;
    return this.step();
  }

  /** To be called between two pieces of work. @throws CapsuleError `Aborted` */
  async step(): Promise<void> {
    this.steps++;
    const done = this.done + this.pieces;
    if (this.steps % STEPS_PER_TURN !== 0 && done - this.doneAtTurn < BYTES_PER_TURN) return;
    this.doneAtTurn = done;
    await this.options.onProgress?.(done, this.total);
    // Lets timers and signals in between: reading a local file never waits by itself.
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfAborted(this.options.signal, "export the run");
  }
}
