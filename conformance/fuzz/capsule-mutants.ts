/** Broken capsules whose hashes are right, so that what is behind the hashes has to find the fault. */

import type { Random } from "../crash/random.js";
import { concat, hash } from "../oracle/bytes.js";
import {
  type CommitName,
  encodeFrame,
  encodeMark,
  type Frame,
  FrameKind,
  findMark,
  type Item,
  parseFrame,
  xorBytes,
} from "../oracle/items.js";

const SUPERBLOCK_BYTES = 256;
const HASH_BYTES = 32;
const PAGE_BYTES = 4096;
const DIGEST_AT = 64;
const BOUNDARIES = [0, 1, 0x7f, 0x80, 0xff];

/** The items of a whole file. */
export function itemsOf(file: Uint8Array): Item[] {
  const root0 = file.subarray(SUPERBLOCK_BYTES - HASH_BYTES, SUPERBLOCK_BYTES);
  const items: Item[] = [];
  for (let at = SUPERBLOCK_BYTES; at < file.length; at = (items.at(-1) as Item).end) {
    items.push(findMark(file, at, root0) ?? parseFrame(file, at));
  }
  return items;
}

/** Changes a few bytes in place: single bits, boundary values, runs of them, a copy of another part. */
export function mutateBytes(bytes: Uint8Array, random: Random): void {
  if (bytes.length === 0) return;
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(bytes.length);
    const run = Math.min(1 + random.below(8), bytes.length - at);
    const kind = random.below(4);
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    else if (kind === 1) bytes.fill(random.pick(BOUNDARIES), at, at + run);
    else if (kind === 2) bytes.copyWithin(at, random.below(bytes.length), bytes.length - run);
    else bytes.set(random.bytes(run), at);
  }
}

/** A mutant of a whole file: one to three places are changed, then every hash above them is made right again. */
export function mutantOf(file: Uint8Array, items: readonly Item[], random: Random): Uint8Array {
  const superblock = file.slice(0, SUPERBLOCK_BYTES);
  if (random.chance(0.05)) {
    mutateBytes(superblock.subarray(random.chance(0.5) ? 36 : 8, SUPERBLOCK_BYTES - HASH_BYTES), random);
    superblock.set(hash(superblock.subarray(0, SUPERBLOCK_BYTES - HASH_BYTES)), SUPERBLOCK_BYTES - HASH_BYTES);
  }
  const frames = items.filter((item) => item.type === "frame");
  const changed = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(frames)));
  const mutant = concat(superblock, ...new Rehasher(file, superblock, changed, random).rewrite(items));
  // A file that ends early, or goes on.
  if (random.chance(0.05)) return mutant.slice(0, random.below(mutant.length));
  return random.chance(0.05) ? concat(mutant, random.bytes(random.below(300))) : mutant;
}

class Rehasher {
  /** New hashes by the old ones, in hexadecimal digits. */
  private readonly renamed = new Map<string, Uint8Array>();
  private readonly commits = new Map<number, CommitName>();
  private readonly root0: Uint8Array;
  private digested: Uint8Array[] = [];

  constructor(
    file: Uint8Array,
    superblock: Uint8Array,
    private readonly changed: ReadonlySet<Frame>,
    private readonly random: Random,
  ) {
    this.root0 = superblock.slice(SUPERBLOCK_BYTES - HASH_BYTES);
    this.rename(file.subarray(SUPERBLOCK_BYTES - HASH_BYTES, SUPERBLOCK_BYTES), this.root0);
  }

  rewrite(items: readonly Item[]): Uint8Array[] {
    return items.map((item) => {
      if (item.type === "frame") return this.frame(item);
      const mark = encodeMark(item.kind, item.offset, this.commits.get(item.commitOffset), this.root0);
      if (item.kind === 1) this.digested = [];
      else this.digested.push(mark);
      return mark;
    });
  }

  private frame(frame: Frame): Uint8Array {
    const old = xorBytes(frame.stored, frame.mask);
    const body = old.slice();
    const isCommit = frame.kind === FrameKind.commit;
    if (this.changed.has(frame))
      mutateBytes(isCommit && this.random.chance(0.8) ? body.subarray(96) : body, this.random);
    if (frame.kind === FrameKind.extent) this.renamePages(old, body);
    else this.substitute(body);
    if (isCommit) body.set(hash(...this.digested), DIGEST_AT);
    const { kind, codec, decodedBytes, skippable, offset } = frame;
    const bytes = encodeFrame({ kind, codec, decodedBytes, skippable, offset, body });
    const name = bytes.slice(0, HASH_BYTES);
    this.rename(frame.hash, name);
    this.digested.push(name);
    if (isCommit) this.commits.set(offset, { offset, hash: name });
    return bytes;
  }

  /** A segment of one extent: its pages, then their hashes if there are several. */
  private renamePages(old: Uint8Array, body: Uint8Array): void {
    const dataBytes = dataBytesOf(body.length);
    for (let at = 0; at < dataBytes; at += PAGE_BYTES) {
      const end = Math.min(at + PAGE_BYTES, dataBytes);
      this.rename(hash(old.subarray(at, end)), hash(body.subarray(at, end)));
    }
    if (dataBytes === body.length) return;
    const hashes = body.subarray(dataBytes);
    this.substitute(hashes);
    this.rename(hash(old.subarray(dataBytes)), hash(hashes));
  }

  private rename(old: Uint8Array, now: Uint8Array): void {
    this.renamed.set(hex(old), now.slice());
  }

  private substitute(body: Uint8Array): void {
    const text = Buffer.from(body);
    for (const [old, now] of this.renamed) {
      const bytes = Buffer.from(old, "hex");
      for (let at = text.indexOf(bytes); at >= 0; at = text.indexOf(bytes, at + 1)) body.set(now, at);
    }
  }
}

/** D of a stream of D + 32 ⌈D / 4096⌉ bytes, or of D bytes if that is one page. */
function dataBytesOf(streamBytes: number): number {
  if (streamBytes <= PAGE_BYTES) return streamBytes;
  const pages = Math.ceil(streamBytes / (PAGE_BYTES + HASH_BYTES));
  return streamBytes - HASH_BYTES * pages;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
