import { blake3 } from "@noble/hashes/blake3.js";
import { compileForTest } from "./compile.js";

/** A segment as the segment list names it. */
export interface SegmentEntry {
  firstExtent: number;
  dataLength: number;
  firstRecord: number;
  records: number;
  root: Uint8Array;
  masks: [index: number, mask: number][];
}

type Calls = Record<string, (...args: (number | bigint)[]) => number>;

const OK = 0;
const PENDING = -1;
const FILE_START = 256;
export const EXTENT_BODY_BYTES = 1 << 20;
export const EXTENT_STRIDE = 1048696;
const HEADER_BYTES = 56;

/** The core's segment modules over a file in memory, whose bytes a test may change. */
export class StorageHarness {
  /** Raw exports; those that take or give a u64 do so as bigint. */
  readonly core: Calls;
  readonly memory: WebAssembly.Memory;
  file: Uint8Array = new Uint8Array(0);
  /** If not null, the first read of each place answers PENDING and puts the place here. */
  touched: Set<string> | null = null;
  /** What reads answer instead of bytes, 0 for bytes. */
  readFailure = 0;
  appendFailure = 0;
  reads = 0;
  private readonly io: number;

  static readonly IO_BYTES = 4 << 20;

  static async create(options: { debug?: boolean } = {}): Promise<StorageHarness> {
    let harness: StorageHarness | undefined;
    const host = {
      read: (offset: number, length: number, destination: number) =>
        (harness as StorageHarness).read(offset, length, destination),
      append: (source: number, length: number) => (harness as StorageHarness).append(source, length),
      write: () => -6,
    };
    const exports = await compileForTest<WebAssembly.Exports>("asm/testing/storage-exports.ts", {
      ...options,
      imports: { host },
    });
    harness = new StorageHarness(exports);
    return harness;
  }

  private constructor(exports: WebAssembly.Exports) {
    this.core = exports as unknown as Calls;
    this.memory = exports.memory as WebAssembly.Memory;
    this.io = this.call("takeChunk", 22);
    this.startFile();
  }

  call(name: string, ...args: (number | bigint)[]): number {
    const method = this.core[name];
    if (!method) throw new Error(`No export ${name}`);
    return method(...args);
  }

  /** Calls until it isn't PENDING; each call has to have named a new place. */
  settle(name: string, ...args: (number | bigint)[]): number {
    return this.settled(() => this.call(name, ...args));
  }

  /** Repeats an action until it ends without a PENDING. */
  settled<T>(action: () => T): T {
    for (let known = -1; ; ) {
      this.call("startSegmentReading");
      const result = action();
      if (this.call("status") !== PENDING) return result;
      if (!this.touched || this.touched.size === known) throw new Error("PENDING without naming a place");
      known = this.touched.size;
    }
  }

  private read(offset: number, length: number, destination: number): number {
    this.reads++;
    if (this.readFailure !== 0) return this.readFailure;
    if (this.touched) {
      const place = `${offset}+${length}`;
      if (!this.touched.has(place)) {
        this.touched.add(place);
        return PENDING;
      }
    }
    const piece = this.file.subarray(offset, offset + length);
    new Uint8Array(this.memory.buffer).set(piece, destination);
    return piece.length;
  }

  private append(source: number, length: number): number {
    if (this.appendFailure !== 0) return this.appendFailure;
    this.file = Buffer.concat([this.file, new Uint8Array(this.memory.buffer, source, length)]);
    return OK;
  }

  /** A new file of 256 bytes in which a batch is begun. */
  startFile(): void {
    this.file = new Uint8Array(FILE_START);
    this.call("sourceReset", BigInt(FILE_START));
    this.call("beginBatch", BigInt(FILE_START), 0n, 0n);
  }

  /** Makes other bytes the file. */
  useFile(bytes: Uint8Array): void {
    this.file = bytes;
    this.call("sourceReset", BigInt(bytes.length));
  }

  /** Puts bytes into the core's memory, at an offset of the input area. */
  place(bytes: Uint8Array, offset = 0): number {
    new Uint8Array(this.memory.buffer).set(bytes, this.io + offset);
    return this.io + offset;
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer.slice(address, address + length));
  }

  /** Writes a section of the segment that was begun. */
  section(tag: number, bytes: Uint8Array, parameter = 0, auxiliaryLength = 0, auxiliaryOffset = 0): void {
    expectOk(this.call("sectionBegin", tag));
    for (let at = 0; at < bytes.length; at += StorageHarness.IO_BYTES) {
      const piece = bytes.subarray(at, at + StorageHarness.IO_BYTES);
      expectOk(this.call("sectionBytes", this.place(piece), piece.length));
    }
    expectOk(this.call("sectionEnd", parameter, auxiliaryLength, BigInt(auxiliaryOffset)));
  }

  /** Begins a segment over `records` records and writes the sections that each segment has up to tag 5. */
  beginPlain(records = 1): void {
    this.call("segmentBegin", 0, records);
    this.section(1, new Uint8Array(8 * records));
    this.section(2, new Uint8Array(records));
    this.section(3, new Uint8Array(16));
    this.section(4, new Uint8Array(records), 1);
    this.section(5, new Uint8Array(records), 1);
  }

  /** Finishes the segment, hands everything to the file, and answers what the segment list would say. */
  finish(
    firstRecord = 0,
    records = 1,
    totals: [number, bigint, bigint, number, number] = [0, 0n, 0n, 0, 0],
  ): SegmentEntry {
    expectOk(this.call("segmentFinish", ...totals));
    expectOk(this.call("flushOutput"));
    const masks = new DataView(this.memory.buffer, this.call("writtenMasks"), 8 * this.call("maskCount"));
    return {
      firstExtent: Number(this.call("firstExtent")),
      dataLength: Number(this.call("dataLength")),
      firstRecord,
      records,
      root: this.bytes(this.call("root"), 32),
      masks: Array.from({ length: masks.byteLength / 8 }, (_, i) => [
        masks.getUint32(8 * i, true),
        masks.getUint32(8 * i + 4, true),
      ]),
    };
  }

  /** Opens a segment; 0 on failure. */
  open(entry: SegmentEntry): number {
    const masks = new Uint8Array(8 * entry.masks.length);
    const view = new DataView(masks.buffer);
    entry.masks.forEach(([index, mask], i) => {
      view.setUint32(8 * i, index, true);
      view.setUint32(8 * i + 4, mask, true);
    });
    const { firstExtent, dataLength, firstRecord, records, root } = entry;
    const addresses = [this.place(root), this.place(masks, 32), entry.masks.length];
    return this.call("openSegment", BigInt(firstExtent), BigInt(dataLength), firstRecord, records, ...addresses);
  }

  /** Bytes of an open segment's data, or the status. */
  data(segment: number, offset: number, length: number): Uint8Array | number {
    const parts: Uint8Array[] = [];
    for (let at = offset; at === offset || at < offset + length; at += 1 << 20) {
      const piece = Math.min(1 << 20, offset + length - at);
      const address = this.settle("bytesAt", segment, BigInt(at), piece);
      if (address === 0) return this.call("status");
      parts.push(this.bytes(address, piece));
    }
    return parts.length === 1 && parts[0] ? parts[0] : Uint8Array.from(Buffer.concat(parts));
  }
}

function expectOk(status: number): void {
  if (status !== OK) throw new Error(`Status ${status}`);
}

/** The page-hash tree by its definition: the levels above the data, and the root. */
export function pageTree(data: Uint8Array): { levels: Uint8Array; root: Uint8Array } {
  const levels: Uint8Array[] = [];
  let level = data;
  while (level.length > 4096) {
    level = Buffer.concat(cut(level, 4096).map((page) => blake3(page)));
    levels.push(level);
  }
  return { levels: Buffer.concat(levels), root: blake3(level) };
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** A file that holds any data as a segment whose hashes are right, by docs/format.md alone; frame headers and anchors are left zero. */
export function segmentFile(
  data: Uint8Array,
  records = 1,
  masks: [number, number][] = [],
): { file: Uint8Array; entry: SegmentEntry } {
  const { levels, root } = pageTree(data);
  const parts = cut(Buffer.concat([data, levels]), EXTENT_BODY_BYTES);
  const last = parts.at(-1)?.length ?? 0;
  const file = new Uint8Array(FILE_START + (parts.length - 1) * EXTENT_STRIDE + HEADER_BYTES + last);
  parts.forEach((part, index) => {
    const mask = new Map(masks).get(index) ?? 0;
    const masked = part.map((byte, i) => byte ^ (mask >>> (8 * (i & 3))));
    file.set(masked, FILE_START + index * EXTENT_STRIDE + HEADER_BYTES);
  });
  return { file, entry: { firstExtent: FILE_START, dataLength: data.length, firstRecord: 0, records, root, masks } };
}

export interface SectionBytes {
  tag: number;
  bytes: Uint8Array;
  parameter?: number;
  auxiliaryLength?: number;
  auxiliaryOffset?: number;
}

/** The sections that every segment has, over `records` records: all zero but for one run and one pack. */
export function plainSections(records = 1): SectionBytes[] {
  return [
    { tag: 1, bytes: new Uint8Array(8 * records) },
    { tag: 2, bytes: new Uint8Array(records) },
    { tag: 3, bytes: new Uint8Array(16) },
    { tag: 4, bytes: new Uint8Array(records), parameter: 1 },
    { tag: 5, bytes: new Uint8Array(records), parameter: 1 },
    { tag: 12, bytes: new Uint8Array(40) },
  ];
}

/** A segment's data with its directory, by docs/format.md 7.1 alone; `sections` in the order in which they shall lie. */
export function segmentData(sections: SectionBytes[], records = 1): Uint8Array {
  const entries = Buffer.alloc(32 * sections.length);
  const parts: Uint8Array[] = [];
  let at = 0;
  sections.forEach(({ tag, bytes, parameter, auxiliaryLength, auxiliaryOffset }, i) => {
    entries.writeUInt16LE(tag, 32 * i);
    entries.writeUInt16LE(parameter ?? 0, 32 * i + 2);
    entries.writeUInt32LE(auxiliaryLength ?? 0, 32 * i + 4);
    entries.writeBigUInt64LE(BigInt(at), 32 * i + 8);
    entries.writeBigUInt64LE(BigInt(bytes.length), 32 * i + 16);
    entries.writeBigUInt64LE(BigInt(auxiliaryOffset ?? 0), 32 * i + 24);
    parts.push(bytes, new Uint8Array(-bytes.length & 7));
    at += (bytes.length + 7) & ~7;
  });
  const footer = Buffer.alloc(64);
  footer.writeUInt32LE(records, 8);
  footer.writeUInt32LE(sections.length, 56);
  footer.writeUInt32LE(1, 60);
  return Uint8Array.from(Buffer.concat([...parts, entries, footer]));
}

/** Bytes that look random and are always the same. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** What every mark begins with, as docs/format.md 4.2 gives it. */
export const MARK_MAGIC = Uint8Array.from([
  0xf3, 0x6d, 0x76, 0x32, 0x9b, 0x6d, 0x61, 0x72, 0x6b, 0xa7, 0x0d, 0x0a, 0x1a, 0x0a, 0xc1, 0xe5,
]);
