import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Batch, Commit } from "./batch.js";
import { concat, encodeText, equalBytes } from "./bytes.js";
import { COUNTER_NAMES } from "./commit.js";
import { attempt, demand } from "./failure.js";
import type { History } from "./history.js";
import { isSignature, isSignatureBatch, parseSignature, type Signature } from "./signatures.js";
import type { Superblock } from "./superblock.js";

const DOMAIN = "speckit-capsule signature 1\n";
const MAX_BATCHES_IN_ROW = 63;
/** The public key's frame in DER: RFC 8410. */
const DER_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** Checks that a batch of signatures changes nothing: its commit states what the one before it states. Throws `corrupt`. */
export function checkSameCounts(batch: Batch, before: Batch | undefined): void {
  if (!isSignatureBatch(batch)) return;
  const { body, frame } = batch.commit;
  const previous = before?.commit.body;
  const same =
    previous !== undefined &&
    previous.recordCount === body.recordCount &&
    previous.branchCount === body.branchCount &&
    previous.dictionary?.offset === body.dictionary?.offset &&
    equalBytes(previous.dictionary?.hash ?? new Uint8Array(0), body.dictionary?.hash ?? new Uint8Array(0)) &&
    COUNTER_NAMES.every((name) => name === "frames" || previous.counters[name] === body.counters[name]);
  demand(same, "a batch of signatures changes what the capsule holds", frame.offset);
}

/** A signature with what has to be said about it; undefined where it holds. */
export interface JudgedSignature extends Signature {
  readonly offset: number;
  readonly fault: string | undefined;
}

/** All signatures of a history, oldest first. Throws `corrupt` where too many batches of signatures follow one another. */
export function signaturesOf(history: History, superblock: Superblock, root0: Uint8Array): JudgedSignature[] {
  let signed: Commit | undefined;
  let inRow = 0;
  return history.batches.flatMap((batch) => {
    if (!isSignatureBatch(batch)) {
      signed = batch.commit;
      inRow = 0;
      return [];
    }
    inRow++;
    const { offset } = batch.commit.frame;
    demand(inRow <= MAX_BATCHES_IN_ROW, `${inRow} batches of signatures follow one another`, offset);
    return batch.items.filter(isSignature).map((frame) => {
      const signature = parseSignature(frame);
      return { ...signature, offset: frame.offset, fault: faultOf(signature, signed, superblock, root0) };
    });
  });
}

function faultOf(
  signature: Signature,
  commit: Commit | undefined,
  superblock: Superblock,
  root0: Uint8Array,
): string | undefined {
  const isAbout =
    commit !== undefined &&
    signature.sequence === commit.body.sequence &&
    signature.end === commit.trailer.end &&
    equalBytes(signature.root, commit.frame.hash);
  if (!isAbout) return "it is not about the commit before it";
  const key = attempt(() => publicKeyOf(signature.publicKey));
  if ("failure" in key) return key.failure.message;
  const message = concat(encodeText(DOMAIN), superblock.capsuleId, root0, signature.signed);
  return verify(null, message, key.value, signature.signature) ? undefined : "it does not verify";
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(concat(DER_PREFIX, bytes)), format: "der", type: "spki" });
}
