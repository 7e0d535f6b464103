/** Which number a record of the source has in the target. */

/**
 * Records keep their order, so that it is enough to know where some were left out: memory is in proportion to the places,
 * not to the records.
 */
export class RecordNumbers {
  /** Numbers at which a run of records begins that were written, or weren't. Even places: written. */
  private readonly starts: number[] = [0];
  /** The target's number of the first record of each run. */
  private readonly targets: number[] = [0];
  private sourceEnd = 0;
  private targetEnd = 0;

  /** Notes what became of the record behind the last one. */
  add(isWritten: boolean): void {
    if (isWritten !== (this.starts.length % 2 === 1)) {
      this.starts.push(this.sourceEnd);
      this.targets.push(this.targetEnd);
    }
    this.sourceEnd++;
    if (isWritten) this.targetEnd++;
  }

  /** The target's number of a record, or null if it was left out or is still to come. */
  find(source: number): number | null {
    if (source >= this.sourceEnd) return null;
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] as number) <= source) low = middle;
      else high = middle;
    }
    if (low % 2 === 1) return null;
    return (this.targets[low] as number) + source - (this.starts[low] as number);
  }
}
