/** A moment at which the machine may stop, and what the disk may then hold. */

import type { Random } from "./random.js";
import { SECTOR_BYTES, type SectorImage } from "./sector-image.js";

interface PointState {
  readonly durable: SectorImage;
  readonly entryIsDurable: boolean;
  readonly pending: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Lengths that the file may have, the durable one first. */
  readonly sizes: readonly number[];
  /** Sectors of the last write, in order, and the length before it. */
  readonly lastSectors: readonly number[];
  readonly sizeBefore: number;
  readonly acknowledged: number;
}

/** What a disk holds after a crash. */
export interface CrashImage {
  readonly image: SectorImage;
  /** What has to be there: the newest commit that was acknowledged. */
  readonly acknowledged: number;
  /** How it came about, for the report of a failure. */
  readonly origin: string;
}

/** Which of a sector's contents the disk has: 0 the durable one, then one for each write since. */
type Choice = (index: number, versions: number) => number;

export class CrashPoint {
  constructor(private readonly state: PointState) {}

  /** Whether the file is certain to be found by its name. */
  get entryIsDurable(): boolean {
    return this.state.entryIsDurable;
  }

  /** Sectors of the last write. */
  get sectorCount(): number {
    return this.state.lastSectors.length;
  }

  /** One of {@link torn}. */
  tornAnywhere(random: Random): CrashImage {
    const chosen = random.below(this.state.lastSectors.length + 1);
    let count = 0;
    const [image] = this.torn(() => count++ === chosen);
    return image as CrashImage;
  }

  /**
   * Every write in its order, the last one torn after each of its sectors. The length may be ahead of the bytes.
   * `wants` chooses among many before they are made.
   */
  *torn(wants: () => boolean = () => true): Generator<CrashImage> {
    const { lastSectors, sizeBefore, sizes } = this.state;
    const finalSize = sizes.at(-1) as number;
    for (let count = 0; count <= lastSectors.length; count++) {
      if (!wants()) continue;
      const missing = new Set(lastSectors.slice(count));
      const choose: Choice = (index, versions) => (missing.has(index) ? versions - 1 : versions);
      const end = count === 0 ? 0 : ((lastSectors[count - 1] as number) + 1) * SECTOR_BYTES;
      const torn = count === lastSectors.length ? finalSize : Math.min(finalSize, Math.max(sizeBefore, end));
      yield this.image(choose, torn, `torn after ${count} of ${lastSectors.length} sectors`);
      if (torn !== finalSize) yield this.image(choose, finalSize, `torn after ${count} sectors, length ahead`);
    }
  }

  /** Every subset of sectors with every length; null if that is more than `limit` images. */
  exhaustive(limit: number): CrashImage[] | null {
    const { pending } = this.state;
    const sizes = this.possibleSizes();
    let count = sizes.length;
    for (const versions of pending.values()) {
      count *= versions.length + 1;
      if (count > limit) return null;
    }
    const subsets = count / sizes.length;
    const places = new Map([...pending.keys()].map((index, place) => [index, place]));
    const bases = [...pending.values()].map((versions) => versions.length + 1);
    return Array.from({ length: count }, (_, number) => {
      const digits = digitsOf(number % subsets, bases);
      const size = sizes[Math.floor(number / subsets)] as number;
      return this.image((index) => digits[places.get(index) as number] as number, size, `subset ${number} of ${count}`);
    });
  }

  /** Any subset: mostly lost, mostly written, or half of each. */
  sample(random: Random): CrashImage {
    const share = random.pick([0.03, 0.3, 0.5, 0.7, 0.97]);
    const newest = random.chance(0.5);
    const choose: Choice = (_, versions) => {
      if (!random.chance(share)) return newest ? random.below(versions) : 0;
      return newest ? versions : 1 + random.below(versions);
    };
    const sizes = this.possibleSizes();
    const size = random.chance(0.6) ? (this.state.sizes.at(-1) as number) : random.pick(sizes);
    return this.image(choose, size, `sampled with ${share}`);
  }

  /** Lengths that were set, and those at the ends of sectors between. */
  private possibleSizes(): number[] {
    const { sizes, pending } = this.state;
    const least = Math.min(...sizes);
    const most = Math.max(...sizes);
    const ends = [...pending.keys()]
      .map((index) => (index + 1) * SECTOR_BYTES)
      .filter((end) => end > least && end < most);
    return [...new Set([...sizes, ...ends])];
  }

  private image(choose: Choice, sizeBytes: number, how: string): CrashImage {
    const { durable, pending, acknowledged } = this.state;
    const image = durable.clone();
    // As long as any sector reaches, so that cutting it leaves nothing behind the end.
    const reached = [...pending.keys()].reduce((end, index) => Math.max(end, (index + 1) * SECTOR_BYTES), 0);
    image.resize(Math.max(image.sizeBytes, sizeBytes, reached));
    for (const [index, versions] of pending) {
      const chosen = choose(index, versions.length);
      if (chosen > 0) image.setSector(index, versions[chosen - 1] as Uint8Array);
    }
    image.resize(sizeBytes);
    return { image, acknowledged, origin: `${how}, ${sizeBytes} bytes, acknowledged ${acknowledged}` };
  }
}

function digitsOf(number: number, bases: readonly number[]): number[] {
  let rest = number;
  return bases.map((base) => {
    const digit = rest % base;
    rest = Math.floor(rest / base);
    return digit;
  });
}
