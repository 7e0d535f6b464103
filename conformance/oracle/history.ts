import { type Batch, type Commit, readBatch } from "./batch.js";
import { ByteReader, concat, decodeText, equalBytes, hash } from "./bytes.js";
import { type OpenCapsule, readChain } from "./capsule.js";
import type { FrameReference } from "./commit.js";
import { demand } from "./failure.js";
import { type Frame, FrameKind, frameBody, MAX_BODY_BYTES } from "./items.js";
import { type Pack, type PackedRecord, parsePack, promotionTag, RecordKind } from "./pack.js";
import { decodePayload, type Payload } from "./payload.js";
import { checkUri } from "./uri.js";

const MAX_DICTIONARY_BYTES = 65_536;
const MAX_BRANCH_DEPTH = 64;

/** A record with its place in history and its payload decoded. */
export interface StoredRecord extends PackedRecord, Payload {
  readonly branch: number;
  readonly sequence: number;
  readonly packOffset: number;
}

/** A branch; `main` is branch 0 and its own parent. */
export interface Branch {
  readonly branch: number;
  readonly parent: number;
  readonly forkSequence: number;
  readonly name: string;
}

/** Everything that the live batches up to some commit hold, by brute force: all of it is in memory. */
export class History {
  readonly batches: Batch[] = [];
  /** Live frames by offset. */
  readonly frames = new Map<number, Frame>();
  readonly packs: Pack[] = [];
  /** Index is the record number. */
  readonly records: StoredRecord[] = [];
  /** The records of each URI, oldest first. */
  readonly recordsOfUri = new Map<string, StoredRecord[]>();
  readonly branches: Branch[] = [{ branch: 0, parent: 0, forkSequence: 0, name: "main" }];

  /** Adds the next batch: its frames, records and branches, each checked as parts 5 and 6 say. Throws `corrupt`. */
  append(batch: Batch): void {
    const { body } = batch.commit;
    for (const item of batch.items) if (item.type === "frame") this.addFrame(item, body.sequence);
    const made = this.branches.length - 1;
    demand(body.branchCount === made, `commit ${body.sequence} says ${body.branchCount} branches, there are ${made}`);
    this.closeBatch(batch);
  }

  /** Adds the commit frame of a batch whose frames were added before. */
  closeBatch(batch: Batch): void {
    this.frames.set(batch.commit.frame.offset, batch.commit.frame);
    this.batches.push(batch);
  }

  /** Adds a frame of the batch that ends in commit `sequence`; a pack's records with it. Throws `corrupt`. */
  addFrame(frame: Frame, sequence: number): void {
    this.frames.set(frame.offset, frame);
    if (frame.kind === FrameKind.pack) this.addPack(frame, sequence);
    else if (frame.kind === FrameKind.blob || frame.kind === FrameKind.dictionary) frameBody(frame);
  }

  get commits(): Commit[] {
    return this.batches.map((batch) => batch.commit);
  }

  /** A record's decoded content, whatever its mode; undefined where it has none. Every hash on the way is checked. */
  content(record: StoredRecord): Uint8Array | undefined {
    const { place } = record;
    if (place.mode === 0) return undefined;
    if (place.mode === 1) return record.inline;
    if (place.mode === 3) return this.content(this.record(place.source));
    const content = concat(
      ...place.blobs.map((blob) => frameBody(this.referredFrame(blob, FrameKind.blob, record.packOffset))),
    );
    demand(content.length === place.contentBytes, `content of record ${record.number} has ${content.length} bytes`);
    demand(!place.hash || equalBytes(hash(content), place.hash), `content hash of record ${record.number} is wrong`);
    return content;
  }

  record(number: number): StoredRecord {
    const record = this.records[number];
    demand(record !== undefined, `there is no record ${number}`);
    return record;
  }

  /** Adds the branch that a record makes, the first of its pack. Throws `corrupt`. */
  private addBranch(record: StoredRecord): void {
    const reader = new ByteReader(record.inline ?? new Uint8Array(0), `branch record ${record.number}`);
    const [parent, forkSequence] = [reader.varint(), reader.varint()];
    reader.expectEnd();
    const { branch, sequence } = record;
    demand(record.titleBytes > 0, `branch ${branch} has no name`);
    demand(parent < branch, `branch ${branch} has the parent ${parent}`);
    this.checkBranch({ branch, parent, forkSequence, name: decodeText(record.title, "branch name") }, sequence);
  }

  private checkBranch(change: Branch, sequence: number): void {
    const what = `new branch ${change.branch}`;
    demand(change.branch === this.branches.length, `${what} follows branch ${this.branches.length - 1}`);
    demand(change.forkSequence < sequence, `${what} forks at ${change.forkSequence} in commit ${sequence}`);
    demand(!this.branches.some(({ name }) => name === change.name), `${what} has a name that is taken`);
    this.branches.push(change);
    let depth = 1;
    for (let at = change.branch; at !== 0; at = this.branches[at]?.parent ?? 0) depth++;
    demand(depth <= MAX_BRANCH_DEPTH, `${what} is ${depth} branches deep`);
  }

  private addPack(frame: Frame, sequence: number): void {
    const pack = parsePack(frameBody(frame), frame.offset);
    demand(
      pack.firstRecord === this.records.length,
      `pack begins with record ${pack.firstRecord} instead of ${this.records.length}`,
      frame.offset,
    );
    demand(pack.sequence === sequence, `pack says sequence ${pack.sequence} in commit ${sequence}`, frame.offset);
    const dictionary = pack.dictionary && this.dictionary(pack.dictionary, frame.offset);
    this.packs.push(pack);
    for (const packed of pack.records) {
      const payload = decodePayload(packed, dictionary);
      const record = { ...packed, ...payload, branch: pack.branch, sequence, packOffset: frame.offset };
      if (record.kind === RecordKind.branch) {
        demand(record.number === pack.firstRecord, `branch record ${record.number} isn't the first of its pack`);
        this.addBranch(record);
      }
      const isKnown = pack.branch < this.branches.length;
      demand(isKnown, `pack is of branch ${pack.branch}, which does not exist`, frame.offset);
      this.checkContent(record);
      this.records.push(record);
      this.recordsOfUri.set(record.uri, [...(this.recordsOfUri.get(record.uri) ?? []), record]);
    }
  }

  private dictionary(reference: FrameReference, packOffset: number): Uint8Array {
    const dictionary = frameBody(this.referredFrame(reference, FrameKind.dictionary, packOffset));
    demand(dictionary.length <= MAX_DICTIONARY_BYTES, `dictionary has ${dictionary.length} bytes`, reference.offset);
    return dictionary;
  }

  /** A frame that a pack refers to: it lies before the pack, outside dead ranges. */
  private referredFrame(reference: FrameReference, kind: number, packOffset: number): Frame {
    const frame = this.frames.get(reference.offset);
    demand(
      frame !== undefined && frame.offset < packOffset,
      `no frame lies at ${reference.offset}, which a pack refers to`,
      packOffset,
    );
    demand(frame.kind === kind, `a pack refers to a frame of kind ${frame.kind} instead of ${kind}`, packOffset);
    demand(equalBytes(frame.hash, reference.hash), "a pack refers to a frame with another hash", packOffset);
    return frame;
  }

  private checkContent(record: StoredRecord): void {
    const { place, kind } = record;
    if (place.mode === 2) this.checkBlobs(record, place.blobs);
    if (place.mode === 3) this.checkSource(record, this.record(place.source));
    if (kind === RecordKind.alias && record.inline) checkUri(record.inline);
  }

  private checkBlobs(record: StoredRecord, blobs: readonly FrameReference[]): void {
    for (const [i, reference] of blobs.entries()) {
      const frame = this.referredFrame(reference, FrameKind.blob, record.packOffset);
      const whole = i < blobs.length - 1;
      demand(
        !whole || frame.decodedBytes === MAX_BODY_BYTES,
        `blob ${i} of record ${record.number} is short`,
        reference.offset,
      );
    }
    this.content(record);
  }

  private checkSource(record: StoredRecord, source: StoredRecord): void {
    const what = `record ${record.number} refers to record ${source.number}`;
    demand(source.place.contentBytes === record.place.contentBytes, `${what}, which has another content length`);
    if (record.kind !== RecordKind.promotion) {
      demand(
        source.place.mode === 1 || source.place.mode === 2,
        `${what}, which has content mode ${source.place.mode}`,
      );
      return;
    }
    demand(source.kind <= RecordKind.checkpoint, `${what} of kind ${source.kind} as promoted`);
    const tag = promotionTag(source.kind, source.tag);
    demand(record.tag === tag, `${what} as promoted with the tag ${record.tag} instead of ${tag}`);
    demand(source.uri === record.uri, `${what} as promoted, which has another URI`);
  }
}

/** Reads the whole history of an opened capsule, oldest commit first. Throws `corrupt` at the first thing that is wrong. */
export function readHistory(capsule: OpenCapsule): History {
  const history = new History();
  for (const commit of readChain(capsule)) history.append(readBatch(capsule.file, commit, capsule.root0));
  return history;
}
