import { ByteReader } from "./bytes.js";
import type { CommitBody } from "./commit.js";
import { demand } from "./failure.js";
import { type Frame, FrameKind, frameBody, type Item } from "./items.js";

const BODY_BYTES = 144;
/** What the signature signs of the body. */
const SIGNED_BODY_BYTES = 48;
const MAX_BATCH_BYTES = 65_536;
/** A signature frame's body (part 5.1). */
export interface Signature {
  readonly sequence: number;
  readonly root: Uint8Array;
  readonly end: number;
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
  /** The part of the body that is signed. */
  readonly signed: Uint8Array;
}

export function parseSignature(frame: Frame): Signature {
  const body = frameBody(frame);
  demand(body.length === BODY_BYTES, `a signature has ${body.length} bytes`, frame.offset);
  const reader = new ByteReader(body, "signature", frame.offset);
  const sequence = reader.u64();
  const root = reader.take(32);
  const end = reader.u64();
  const publicKey = reader.take(32);
  const signature = reader.take(64);
  return { sequence, root, end, publicKey, signature, signed: body.subarray(0, SIGNED_BODY_BYTES) };
}

export const isSignature = (item: Item): item is Frame => item.type === "frame" && item.kind === FrameKind.signatures;

/** True for a batch that holds signatures. */
export function isSignatureBatch({ items }: { readonly items: readonly Item[] }): boolean {
  return items.some(isSignature);
}

/** Checks what a batch with signatures shows by itself (part 5.1). Throws `corrupt`. */
export function checkSignatureBatch(items: readonly Item[], body: CommitBody, offset: number): void {
  if (!items.some(isSignature)) return;
  const { deadRanges, tailPacks, segments, batchStart, sequence } = body;
  const alone = items.every((item) => isSignature(item) || (item.type === "mark" && item.end <= firstSignature(items)));
  demand(alone, "a batch with signatures holds something else too", offset);
  demand(offset - batchStart <= MAX_BATCH_BYTES, "a batch of signatures is too long", offset);
  const names = deadRanges.length + tailPacks.length > 0 || segments !== undefined;
  demand(!names, "the commit of a batch of signatures names ranges, packs or segments", offset);
  demand(sequence > 1, "the first batch is one of signatures", offset);
  for (const item of items) if (isSignature(item)) parseSignature(item);
}

function firstSignature(items: readonly Item[]): number {
  return items.find(isSignature)?.offset ?? 0;
}
