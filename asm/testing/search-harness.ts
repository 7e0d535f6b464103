import { compileForTest } from "./compile.js";
import type { SegmentExports } from "./memtable-harness.js";
import { MemoryFile } from "./memtable-harness.js";
import type { Lineage, ModelRecord, Ranking } from "./search-model.js";
import { segmentFile } from "./storage-harness.js";

/** Exports of `search-exports.ts` that take or give a u64 do so as bigint. */
interface SearchExports extends SegmentExports {
  blocksDecoded: WebAssembly.Global;
  documentsScored: WebAssembly.Global;
  urisLoaded: WebAssembly.Global;
  dropViews(): void;
  clearUris(): void;
  noteUri(uri: number, length: number): void;
  setPendingUris(count: number): void;
  setRanking(
    analyzer: number,
    k1: number,
    titleWeight: number,
    titleB: number,
    bodyWeight: number,
    bodyB: number,
  ): void;
  outData(): number;
  outLength(): number;
  releaseOut(): void;
  search(
    query: number,
    queryLength: number,
    segments: number,
    segmentCount: number,
    lineage: number,
    lineageLength: number,
    limit: number,
    flags: number,
  ): number;
  scoreAll(
    query: number,
    queryLength: number,
    segments: number,
    segmentCount: number,
    lineage: number,
    lineageLength: number,
  ): number;
  snippet(
    text: number,
    length: number,
    analyzer: number,
    query: number,
    queryLength: number,
    idfs: number,
    maxBytes: number,
  ): number;
}

export const OK = 0;
export const PENDING = -1;
export const CORRUPT = -3;
export const LIMIT_EXCEEDED = -8;
export const ENGLISH = 1;
export const PLAIN = 2;
export const COUNT = 1;
export const EXPLAIN = 2;

export interface Explanation {
  titleTf: number;
  bodyTf: number;
  saturation: number;
  contribution: bigint;
}

export interface Hit {
  record: number;
  uri: string;
  score: bigint;
  explanations: Explanation[];
  titleLength: number;
  bodyLength: number;
}

export interface Answer {
  total: number;
  documents: number;
  averages: [title: number, body: number];
  terms: { term: string; frequency: number; df: number; idf: number }[];
  hits: Hit[];
}

const KINDS = { document: 0x81, removal: 2, promotion: 6 };
const INPUT_BITS = 22;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The core's search over a file in memory. */
export class SearchHarness {
  readonly core: SearchExports;
  readonly file: MemoryFile;
  /** Open segments, in order. */
  segments: number[] = [];
  /** If not null, the first read of each place answers PENDING and puts the place here. */
  touched: Set<string> | null = null;
  recordCount = 0;
  private readonly io: number;
  private readonly list: number;
  private readonly lineage: number;

  static async create(options: { debug?: boolean } = {}): Promise<SearchHarness> {
    const file = new MemoryFile();
    let harness: SearchHarness | undefined;
    const read = (offset: number, length: number, destination: number): number => {
      const place = `${offset}+${length}`;
      const touched = harness?.touched;
      if (!touched || touched.has(place)) return file.read(offset, length, destination);
      touched.add(place);
      return PENDING;
    };
    const imports = { host: { read, append: file.append, write: () => -6 } };
    harness = new SearchHarness(
      await compileForTest<SearchExports>("asm/testing/search-exports.ts", { ...options, imports }),
      file,
    );
    return harness;
  }

  private constructor(core: SearchExports, file: MemoryFile) {
    this.core = core;
    this.file = file;
    file.core = core;
    this.io = core.takeChunk(INPUT_BITS);
    this.list = core.takeChunk(14);
    this.lineage = core.takeChunk(14);
    this.reset();
  }

  /** An empty file, an empty memtable, no segments. */
  reset(): void {
    const { core, file } = this;
    for (const segment of this.segments) core.closeSegment(segment);
    this.segments = [];
    this.touched = null;
    this.recordCount = 0;
    file.length = 256;
    core.sourceReset(256n);
    core.releaseOutput();
    core.beginBatch(256n, 0n, 0n);
    core.memtableReset(0);
    core.configurePages(16 << 20);
    core.dropViews();
    core.clearUris();
    core.setPendingUris(0);
    this.setRanking({ k1: 1.2, titleWeight: 2, titleB: 0.75, bodyWeight: 1, bodyB: 0.75 });
  }

  setRanking({ k1, titleWeight, titleB, bodyWeight, bodyB }: Ranking, analyzer = PLAIN): void {
    const scaled = [k1, titleWeight, titleB, bodyWeight, bodyB].map((value) => Math.round(value * 10000)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    this.core.setRanking(analyzer, ...scaled);
  }

  place(bytes: Uint8Array, offset = 0): number {
    if (offset + bytes.length > 1 << INPUT_BITS) throw new Error(`${bytes.length} bytes don't fit`);
    new Uint8Array(this.core.memory.buffer).set(bytes, this.io + offset);
    return this.io + offset;
  }

  /** Adds the next record to the memtable. */
  add(record: ModelRecord): void {
    const { core } = this;
    for (const [document, sign] of record.exceptions)
      check(core.memtableAddException(document, record.branch, record.number, sign));
    const uri = encoder.encode(record.uri);
    core.noteUri(this.place(uri), uri.length);
    const kind = KINDS[record.kind];
    const ordinal = check(
      core.memtableAddRecord(
        this.place(uri),
        uri.length,
        kind,
        0,
        record.branch,
        BigInt(record.sequence),
        BigInt(record.number),
        record.promoted,
      ),
    );
    this.recordCount++;
    if (record.kind !== "document") return;
    const title = encoder.encode(record.title.join(" "));
    const body = encoder.encode(record.body.join(" "));
    check(
      core.memtableIndexDocument(
        ordinal,
        PLAIN,
        this.place(title),
        title.length,
        this.place(body, title.length),
        body.length,
      ),
    );
  }

  /** Makes a segment of the memtable. */
  cut(): void {
    const { core } = this;
    check(core.memtableAddPack(BigInt(8 * (this.recordCount + 32)), this.place(new Uint8Array(32))));
    check(core.buildSegment());
    core.memtableReset(this.recordCount);
    this.pushWritten();
  }

  /** Opens the segment that was written last. */
  pushWritten(): void {
    check(this.core.flushOutput());
    const segment = this.core.openWritten();
    if (segment === 0) throw new Error("The segment can't be opened");
    this.segments.push(segment);
  }

  /** The data of the segment that was written last, which is open. */
  lastData(): Uint8Array {
    const length = this.core.writtenLength();
    const segment = this.segments.at(-1) ?? 0;
    check(this.core.readBytes(segment, 0n, length, this.io));
    return new Uint8Array(this.core.memory.buffer, this.io, length).slice();
  }

  /** Makes a segment of any data, the hashes being right, the only one; the URIs of records stay. */
  useData(data: Uint8Array, records: number): void {
    for (const segment of this.segments) this.core.closeSegment(segment);
    const { file, entry } = segmentFile(data, records);
    this.file.reserve(file.length);
    this.file.bytes.set(file);
    this.file.length = file.length;
    this.core.sourceReset(BigInt(file.length));
    const segment = this.core.openSegment(
      BigInt(entry.firstExtent),
      BigInt(data.length),
      0,
      records,
      this.place(entry.root),
      0,
      0,
    );
    if (segment === 0) throw new Error("The segment can't be opened");
    this.segments = [segment];
  }

  /** Merges the last segments. */
  merge(count: number): void {
    const { core } = this;
    const merged = this.segments.splice(-count);
    new Uint32Array(core.memory.buffer, this.list, count).set(merged);
    check(core.mergeSegments(this.list, count));
    for (const segment of merged) core.closeSegment(segment);
    this.pushWritten();
  }

  private prepare(query: string, lineage: Lineage): [number, number, number, number, number, number] {
    const bytes = encoder.encode(query);
    const view = new DataView(this.core.memory.buffer);
    this.segments.forEach((segment, i) => view.setUint32(this.list + 4 * i, segment, true));
    lineage.forEach(([branch, limit], i) => {
      view.setUint32(this.lineage + 16 * i, branch, true);
      view.setBigUint64(this.lineage + 16 * i + 8, BigInt(limit), true);
    });
    return [this.place(bytes), bytes.length, this.list, this.segments.length, this.lineage, lineage.length];
  }

  /** Status of a search, or the number of its hits. */
  trySearch(query: string, lineage: Lineage, limit = 10, flags = 0): number {
    return this.core.search(...this.prepare(query, lineage), limit, flags);
  }

  /** Searches, as often as it answers PENDING. */
  search(query: string, lineage: Lineage, limit = 10, flags = 0): Answer {
    let status = this.trySearch(query, lineage, limit, flags);
    for (let tries = 0; status === PENDING; tries++) {
      if (tries > 10000) throw new Error("PENDING for ever");
      status = this.trySearch(query, lineage, limit, flags);
    }
    return this.answer(check(status), (flags & EXPLAIN) !== 0);
  }

  private answer(hitCount: number, explained: boolean): Answer {
    const data = new Uint8Array(this.core.memory.buffer, this.core.outData(), this.core.outLength()).slice();
    const view = new DataView(data.buffer);
    let at = 40;
    const text = (length: number): string => {
      const start = at;
      at += (length + 7) & ~7;
      return decoder.decode(data.subarray(start, start + length));
    };
    const terms = Array.from({ length: view.getFloat64(16, true) }, () => {
      const [length, frequency] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      const [df, idf] = [view.getFloat64(at + 8, true), view.getFloat64(at + 16, true)];
      at += 24;
      return { term: text(length), frequency, df, idf };
    });
    const hits = Array.from({ length: hitCount }, (): Hit => {
      const record = view.getFloat64(at, true);
      const score = view.getBigUint64(at + 8, true);
      const length = view.getUint32(at + 16, true);
      at += 24;
      const hit: Hit = { record, score, uri: text(length), explanations: [], titleLength: -1, bodyLength: -1 };
      if (!explained) return hit;
      hit.explanations = terms.map(() => {
        at += 32;
        const [titleTf, bodyTf, saturation] = [
          view.getFloat64(at - 32, true),
          view.getFloat64(at - 24, true),
          view.getFloat64(at - 16, true),
        ];
        return { titleTf, bodyTf, saturation, contribution: view.getBigInt64(at - 8, true) };
      });
      [hit.titleLength, hit.bodyLength] = [view.getFloat64(at, true), view.getFloat64(at + 8, true)];
      at += 16;
      return hit;
    });
    if (at !== data.length) throw new Error(`The answer has ${data.length} bytes, ${at} were expected`);
    const averages: [number, number] = [view.getFloat64(24, true), view.getFloat64(32, true)];
    return { total: view.getFloat64(0, true), documents: view.getFloat64(8, true), averages, terms, hits };
  }

  /** Scores of all hits, by record, without any pruning. */
  scoreAll(query: string, lineage: Lineage): Map<number, bigint> {
    const count = check(this.core.scoreAll(...this.prepare(query, lineage)));
    const view = new DataView(this.core.memory.buffer, this.core.outData());
    return new Map(
      Array.from({ length: count }, (_, i) => [view.getUint32(16 * i, true), view.getBigInt64(16 * i + 8, true)]),
    );
  }

  /** A snippet of a text. */
  snippet(
    text: string | Uint8Array,
    query: string,
    maxBytes: number,
    options: { analyzer?: number; idfs?: number[] } = {},
  ): Snippet {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    const queryBytes = encoder.encode(query);
    const idfs = new Uint8Array(new Float64Array(options.idfs ?? []).buffer);
    const address = this.place(bytes);
    const behind = (bytes.length + 15) & ~7;
    const idfAddress = options.idfs ? this.place(idfs, behind) : 0;
    const queryAddress = this.place(queryBytes, behind + idfs.length);
    check(
      this.core.snippet(
        address,
        bytes.length,
        options.analyzer ?? PLAIN,
        queryAddress,
        queryBytes.length,
        idfAddress,
        maxBytes,
      ),
    );
    const view = new DataView(this.core.memory.buffer, this.core.outData(), this.core.outLength());
    const highlights = Array.from({ length: view.getUint32(8, true) }, (_, i): [number, number] => [
      view.getUint32(12 + 8 * i, true),
      view.getUint32(16 + 8 * i, true),
    ]);
    const found = new Uint8Array(this.core.memory.buffer, this.core.outData(), this.core.outLength()).slice(
      12 + 8 * highlights.length,
    );
    const words = highlights.map(([start, end]) => decoder.decode(found.subarray(start, end)));
    return {
      start: view.getUint32(0, true),
      end: view.getUint32(4, true),
      bytes: found,
      text: decoder.decode(found),
      highlights,
      words,
    };
  }
}

export interface Snippet {
  start: number;
  end: number;
  bytes: Uint8Array;
  text: string;
  highlights: [start: number, end: number][];
  words: string[];
}

function check(status: number): number {
  if (status < 0) throw new Error(`Status ${status}`);
  return status;
}
