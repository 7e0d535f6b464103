import { align8, ByteReader, ByteWriter, equalBytes, hash } from "./bytes.js";
import { demand } from "./failure.js";
import { decodeLz4Block } from "./lz4.js";

export const FRAME_HEADER_BYTES = 56;
export const MARK_BYTES = 64;
/** Largest body of a frame, stored and decoded (part 4.1). */
export const MAX_BODY_BYTES = 1_048_576;
/** A frame longer than this is followed by an anchor (part 4.2). */
export const ANCHOR_DISTANCE_BYTES = 65_536;

export const FrameKind = { pack: 1, blob: 2, dictionary: 3, extent: 4, commit: 5, signatures: 6 } as const;
export const MarkKind = { trailer: 1, anchor: 2, note: 3 } as const;
const MARK_MAGIC = Uint8Array.of(
  0xf3,
  0x6d,
  0x76,
  0x32,
  0x9b,
  0x6d,
  0x61,
  0x72,
  0x6b,
  0xa7,
  0x0d,
  0x0a,
  0x1a,
  0x0a,
  0xc1,
  0xe5,
);

export interface Frame {
  readonly type: "frame";
  readonly offset: number;
  /** Where the next item begins, padding passed. */
  readonly end: number;
  readonly hash: Uint8Array;
  readonly kind: number;
  readonly codec: number;
  readonly skippable: boolean;
  readonly mask: number;
  readonly decodedBytes: number;
  /** The body as it lies in the file. */
  readonly stored: Uint8Array;
}

export interface Mark {
  readonly type: "mark";
  readonly offset: number;
  readonly end: number;
  readonly kind: number;
  /** Offset of the commit frame that the mark names; 0 for none. */
  readonly commitOffset: number;
  /** First 8 bytes of that frame's hash. */
  readonly commitHash: Uint8Array;
  readonly bytes: Uint8Array;
}

export type Item = Frame | Mark;

/** True if a mark's magic stands at this offset. */
export function hasMarkMagic(file: Uint8Array, offset: number): boolean {
  return equalBytes(file.subarray(offset, offset + MARK_MAGIC.length), MARK_MAGIC);
}

/** The mark at this offset if it is whole (magic, own offset, check), else undefined. `root0` is the superblock's hash. */
export function findMark(file: Uint8Array, offset: number, root0: Uint8Array): Mark | undefined {
  if (offset % 8 !== 0 || offset + MARK_BYTES > file.length || !hasMarkMagic(file, offset)) return undefined;
  const bytes = file.subarray(offset, offset + MARK_BYTES);
  if (!equalBytes(hash(root0, bytes.subarray(0, 48)).subarray(0, 16), bytes.subarray(48))) return undefined;
  const reader = new ByteReader(bytes, "mark", offset);
  reader.take(16);
  const kind = reader.u8();
  reader.zero(7, "bytes 17 to 24");
  if (reader.u64Exact() !== BigInt(offset)) return undefined;
  const commitOffset = reader.u64();
  const commitHash = reader.take(8);
  demand(kind >= 1 && kind <= 3, `mark has kind ${kind}`, offset);
  const namesNone = commitOffset === 0;
  demand(!namesNone || equalBytes(commitHash, new Uint8Array(8)), "mark names no commit but has a hash", offset);
  demand(!namesNone || kind === MarkKind.anchor, "only an anchor may name no commit", offset);
  return { type: "mark", offset, end: offset + MARK_BYTES, kind, commitOffset, commitHash, bytes };
}

/** Parses the frame at this offset and checks all of part 4.1. Throws `corrupt`. */
export function parseFrame(file: Uint8Array, offset: number): Frame {
  demand(offset % 8 === 0, "a frame does not begin at a multiple of 8", offset);
  const reader = new ByteReader(file.subarray(offset), "frame", offset);
  const hashBytes = reader.take(32);
  const kind = reader.u8();
  const codec = reader.u8();
  const flags = reader.u8();
  const reservedByte = reader.u8();
  const storedBytes = reader.u32();
  const decodedBytes = reader.u32();
  const mask = reader.u32();
  const ownOffset = reader.u64Exact();
  demand(storedBytes <= MAX_BODY_BYTES, `frame has a body of ${storedBytes} bytes`, offset);
  const stored = reader.take(storedBytes);
  const end = align8(offset + FRAME_HEADER_BYTES + storedBytes);
  const padding = end - offset - reader.at;
  demand(
    equalBytes(hash(file.subarray(offset + 32, offset + FRAME_HEADER_BYTES + storedBytes)), hashBytes),
    "frame hash is wrong",
    offset,
  );
  demand(ownOffset === BigInt(offset), `frame says that it lies at ${ownOffset}`, offset);
  demand(reservedByte === 0, "frame has a reserved byte that is not zero", offset);
  demand(flags <= 1, `frame has flags ${flags}`, offset);
  reader.zero(padding, "padding");
  const frame: Frame = {
    type: "frame",
    offset,
    end,
    hash: hashBytes,
    kind,
    codec,
    skippable: flags === 1,
    mask,
    decodedBytes,
    stored,
  };
  checkFrame(frame);
  return frame;
}

function checkFrame(frame: Frame): void {
  const { kind, codec, offset } = frame;
  const known = kind >= FrameKind.pack && kind <= FrameKind.signatures;
  if (!known) {
    demand(frame.skippable, `frame has the unknown kind ${kind} and may not be skipped`, offset);
    return;
  }
  demand(!frame.skippable, `frame of kind ${kind} is marked as skippable`, offset);
  const mayCompress = kind === FrameKind.blob || kind === FrameKind.dictionary;
  demand(codec === 0 || (codec === 1 && mayCompress), `frame of kind ${kind} has codec ${codec}`, offset);
  demand(frame.decodedBytes <= MAX_BODY_BYTES, `frame decodes to ${frame.decodedBytes} bytes`, offset);
  demand(codec !== 0 || frame.decodedBytes === frame.stored.length, "a stored body has another decoded length", offset);
}

/** The frame's body, unmasked and decompressed. */
export function frameBody(frame: Frame): Uint8Array {
  const unmasked = xorBytes(frame.stored, frame.mask);
  if (frame.codec === 0) return unmasked;
  return decodeLz4Block(unmasked, frame.decodedBytes, new Uint8Array(0), `body of the frame at ${frame.offset}`);
}

/** XORs a body with the four bytes of a mask, repeated; mask 0 changes nothing. */
export function xorBytes(bytes: Uint8Array, mask: number): Uint8Array {
  return bytes.map((byte, i) => byte ^ ((mask >>> (8 * (i % 4))) & 0xff));
}

/** True if the mark magic begins at any byte; no stored body may hold it ("No forgery", part 4.2). */
export function holdsMagic(bytes: Uint8Array): boolean {
  const first = MARK_MAGIC[0] ?? 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (hasMarkMagic(bytes, at)) return true;
  }
  return false;
}

/** The mask that a writer uses for this body (compressed already): 0 unless the magic occurs in it (part 4.2, "No forgery"). */
export function chooseMask(body: Uint8Array): number {
  if (!holdsMagic(body)) return 0;
  const words = new ByteReader(hash(body), "body hash");
  for (let i = 0; i < 8; i++) {
    const mask = words.u32();
    if (mask !== 0 && !holdsMagic(xorBytes(body, mask))) return mask;
  }
  throw new Error("no mask keeps the magic out of this body");
}

export interface FrameFields {
  readonly kind: number;
  readonly offset: number;
  /** The body before masking, compressed already if codec is 1. */
  readonly body: Uint8Array;
  readonly codec?: number;
  readonly decodedBytes?: number;
  readonly skippable?: boolean;
}

export function encodeFrame(fields: FrameFields): Uint8Array {
  const { body } = fields;
  const mask = chooseMask(body);
  const hashed = new ByteWriter()
    .u8(fields.kind)
    .u8(fields.codec ?? 0)
    .u8(fields.skippable ? 1 : 0)
    .zero(1);
  hashed
    .u32(body.length)
    .u32(fields.decodedBytes ?? body.length)
    .u32(mask)
    .u64(fields.offset)
    .put(xorBytes(body, mask));
  const bytes = hashed.finish();
  return new ByteWriter().put(hash(bytes)).put(bytes).pad8().finish();
}

/** What a mark has to know of the commit frame that it names. */
export interface CommitName {
  readonly offset: number;
  readonly hash: Uint8Array;
}

/** A mark; `commit` is the commit frame that it names, undefined where there is none yet. */
export function encodeMark(
  kind: number,
  offset: number,
  commit: CommitName | undefined,
  root0: Uint8Array,
): Uint8Array {
  const start = new ByteWriter()
    .put(MARK_MAGIC)
    .u8(kind)
    .zero(7)
    .u64(offset)
    .u64(commit?.offset ?? 0);
  start.put(commit ? commit.hash.subarray(0, 8) : new Uint8Array(8));
  const bytes = start.finish();
  return new ByteWriter().put(bytes).put(hash(root0, bytes).subarray(0, 16)).finish();
}
