/** The bounded queue of a writer: what was asked for first takes effect first. */

import { CapsuleError } from "./errors.js";

interface QueuedWrite {
  readonly start: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Barrier {
  /** Reached when so many writes are done. */
  readonly writesDone: number;
  readonly resolve: () => void;
}

/** Done entries are cleared away when there are so many: shifting off each one would cost the queue's length. */
const CLEARED_ENTRIES = 1024;

/**
 * Runs writes one after another, in the order of the calls, awaited or not. One that returns a promise holds up those
 * behind it. At most `capacity` have room at once; others wait before the door, in order, or are turned away.
 */
export class WriteQueue {
  private readonly entries: (QueuedWrite | undefined)[] = [];
  /** The entry that runs, or is next. */
  private head = 0;
  private draining = false;
  private writesTaken = 0;
  private writesDone = 0;
  private producers = 0;
  private barriers: Barrier[] = [];

  /**
   * @param capacity how many writes may be under way at once, the running one included
   * @param onFull what becomes of a write beyond that: it waits for room, or fails with `WriteQueueFull`
   */
  constructor(
    private readonly capacity: number,
    private readonly onFull: "wait" | "reject",
  ) {}

  /** Writes that have room in the queue and aren't done. */
  get length(): number {
    return Math.min(this.entries.length - this.head, this.capacity);
  }

  /** Queues a write. It starts after this call has returned. */
  run<Result>(start: () => Result | Promise<Result>): Promise<Result> {
    if (this.onFull === "reject" && this.length >= this.capacity) return Promise.reject(fullError(this.capacity));
    return this.push(start);
  }

  /** As {@link run}, for what must not be turned away: closing. */
  push<Result>(start: () => Result | Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.entries.push({ start, resolve, reject });
      this.writesTaken++;
      if (this.draining) return;
      this.draining = true;
      void Promise.resolve().then(() => this.drain());
    });
  }

  /**
   * Resolves once the writes that were queued before are done; undefined if there is nothing to wait for. A reader that
   * waits for it sees what its own program wrote.
   */
  barrier(): Promise<void> | undefined {
    if (this.writesDone === this.writesTaken || this.producers > 0) return undefined;
    return new Promise((resolve) => this.barriers.push({ writesDone: this.writesTaken, resolve }));
  }

  /**
   * Awaits something that a write's caller provides, such as the next piece of a stream. Readers don't wait meanwhile:
   * what provides it may itself be reading from this capsule.
   */
  async awaitProducer<Result>(work: () => Promise<Result>): Promise<Result> {
    this.producers++;
    this.releaseBarriers(Number.POSITIVE_INFINITY);
    try {
      return await work();
    } finally {
      this.producers--;
    }
  }

  private async drain(): Promise<void> {
    for (let entry = this.entries[this.head]; entry !== undefined; entry = this.entries[this.head]) {
      try {
        const result = entry.start();
        entry.resolve((result instanceof Promise ? await result : result) as never);
      } catch (error) {
        entry.reject(error);
      }
      this.finishHead();
    }
    this.draining = false;
  }

  private finishHead(): void {
    this.entries[this.head++] = undefined;
    this.writesDone++;
    this.releaseBarriers(this.writesDone);
    if (this.head === this.entries.length || this.head === CLEARED_ENTRIES) {
      this.entries.splice(0, this.head);
      this.head = 0;
    }
  }

  private releaseBarriers(writesDone: number): void {
    while (this.barriers[0] !== undefined && this.barriers[0].writesDone <= writesDone)
      this.barriers.shift()?.resolve();
  }
}

function fullError(capacity: number): CapsuleError {
  return new CapsuleError(
    "WriteQueueFull",
    `Cannot queue the write: ${capacity} writes are waiting, which is the most`,
    {
      hint: 'Await earlier writes, raise queueCapacity, or open with onFull: "wait".',
      details: { capacity },
    },
  );
}
