/** The bodies of signature frames: docs/format.md 5.1. */

/** Sequence, root and end of the signed part, public key, signature. */
export const SIGNATURE_BYTES: u32 = 144;
/** A batch of signatures takes no more than this before its commit frame: none needs an anchor, and reading one is cheap. */
export const MAX_SIGNATURE_BATCH_BYTES: u64 = 65536;

const ROOT_AT: usize = 8;
const END_AT: usize = 40;

export function signedSequence(body: usize): u64 {
  return load<u64>(body);
}
/** Where the trailer of the signed commit ends. */
export function signedEnd(body: usize): u64 {
  return load<u64>(body, END_AT);
}
/** 32 bytes. */
export function signedRoot(body: usize): usize {
  return body + ROOT_AT;
}
