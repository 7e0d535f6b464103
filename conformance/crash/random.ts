/** Choices that repeat: the same seed, the same crash points. */

/** xorshift32: good enough to pick crash points, and four lines long. Source: Marsaglia, "Xorshift RNGs", 2003. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x6a09e667) >>> 0 || 1;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** True with a probability of `share`. */
  chance(share: number): boolean {
    return this.next() / 2 ** 32 < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** Bytes that don't compress. */
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.next() >>> 13);
  }

  private next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state = (this.state ^ (this.state << 5)) >>> 0;
    return this.state;
  }
}
