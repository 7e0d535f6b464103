/** A file's bytes as a disk keeps them: sectors laid over a base that many images share. */

export const SECTOR_BYTES = 512;

/** Sectors in `sectors` are never changed in place, so copies of an image and records of writes may share them. */
export class SectorImage {
  /** @param baseBytes how much of `base` counts; behind it the image is zero unless a sector says otherwise */
  private constructor(
    private readonly base: Uint8Array,
    private baseBytes: number,
    private readonly sectors: Map<number, Uint8Array>,
    private length: number,
  ) {}

  static of(bytes: Uint8Array): SectorImage {
    return new SectorImage(bytes, bytes.length, new Map(), bytes.length);
  }

  get sizeBytes(): number {
    return this.length;
  }

  clone(): SectorImage {
    return new SectorImage(this.base, this.baseBytes, new Map(this.sectors), this.length);
  }

  /** The same bytes with nothing laid over them. */
  flattened(): SectorImage {
    return this.sectors.size === 0 && this.baseBytes === this.length ? this.clone() : SectorImage.of(this.bytes());
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    this.readInto(0, bytes);
    return bytes;
  }

  readInto(offset: number, destination: Uint8Array): number {
    const count = Math.max(0, Math.min(destination.length, this.length - offset));
    const target = destination.subarray(0, count);
    const inBase = Math.max(0, Math.min(count, this.baseBytes - offset));
    if (inBase > 0) target.set(this.base.subarray(offset, offset + inBase));
    target.fill(0, inBase);
    if (this.sectors.size === 0 || count === 0) return count;
    const last = Math.floor((offset + count - 1) / SECTOR_BYTES);
    for (let index = Math.floor(offset / SECTOR_BYTES); index <= last; index++) {
      const sector = this.sectors.get(index);
      if (sector === undefined) continue;
      const at = index * SECTOR_BYTES - offset;
      const from = Math.max(0, -at);
      target.set(sector.subarray(from, Math.min(SECTOR_BYTES, count - at)), at + from);
    }
    return count;
  }

  /** The 512 bytes of a sector, zero behind the end of the file. */
  sector(index: number): Uint8Array {
    const laid = this.sectors.get(index);
    if (laid !== undefined) return laid;
    const sector = new Uint8Array(SECTOR_BYTES);
    const start = index * SECTOR_BYTES;
    if (start < this.baseBytes) sector.set(this.base.subarray(start, Math.min(start + SECTOR_BYTES, this.baseBytes)));
    return sector;
  }

  setSector(index: number, sector: Uint8Array): void {
    this.sectors.set(index, sector);
  }

  /** Writes bytes and returns the indexes of the sectors that they touch. */
  write(offset: number, bytes: Uint8Array): number[] {
    const touched: number[] = [];
    const end = offset + bytes.length;
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / SECTOR_BYTES);
      const sectorEnd = Math.min((index + 1) * SECTOR_BYTES, end);
      const sector = this.sector(index).slice();
      sector.set(bytes.subarray(at - offset, sectorEnd - offset), at - index * SECTOR_BYTES);
      this.sectors.set(index, sector);
      touched.push(index);
      at = sectorEnd;
    }
    this.length = Math.max(this.length, end);
    return touched;
  }

  /** Sets the length and returns the sectors whose bytes that changed: what is cut off is zero when the file grows again. */
  resize(sizeBytes: number): number[] {
    const touched: number[] = [];
    if (sizeBytes < this.length) {
      const last = Math.ceil(this.length / SECTOR_BYTES);
      for (let index = Math.floor(sizeBytes / SECTOR_BYTES); index < last; index++) {
        const kept = sizeBytes - index * SECTOR_BYTES;
        const sector = new Uint8Array(SECTOR_BYTES);
        if (kept > 0) sector.set(this.sector(index).subarray(0, kept));
        this.sectors.set(index, sector);
        touched.push(index);
      }
      this.baseBytes = Math.min(this.baseBytes, sizeBytes);
    }
    this.length = sizeBytes;
    return touched;
  }
}
