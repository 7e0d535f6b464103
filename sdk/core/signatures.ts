/** The core's calls about signatures: what is to be signed, adding a batch of them, and reading them back. */

import type { CoreInstance } from "./instance.js";
import type { Eventually } from "./reads.js";

const ROOT_BYTES = 32;
const ID_BYTES = 16;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Of a signature frame's body: sequence, root, end, key, signature (docs/format.md 5.1). */
const PART_BYTES = 8 + ROOT_BYTES + 8;
const BODY_BYTES = PART_BYTES + KEY_BYTES + SIGNATURE_BYTES;
const ENTRY_BYTES = 24 + BODY_BYTES;

/** What a signature is about, beside the capsule. */
export interface SignedPart {
  readonly sequence: number;
  /** Where the trailer of that commit ends. */
  readonly endOffset: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** Which capsule it is, as a signature names it. */
export interface SignedCapsule {
  /** The superblock's hash, 32 bytes. */
  readonly superblockHash: Uint8Array;
  /** 16 bytes. */
  readonly capsuleId: Uint8Array;
}

/** The part of a capsule that can be signed now. */
export type SigningPart = SignedPart & SignedCapsule;

/** A signature as a frame holds it. */
export interface StoredSignature extends SignedPart {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** A signature that was read. */
export interface FoundSignature extends StoredSignature {
  /** Number of the commit that added it. */
  readonly commitSequence: number;
  readonly frameOffset: number;
  /** Whether it names the newest commit before it that isn't one of signatures, as it must. */
  readonly namesCommit: boolean;
}

/** What is to be signed; null if a commit has to be made first, even if nothing waits. */
export function prepareSigning(core: CoreInstance): Eventually<SigningPart | null> {
  return core.run(
    () => core.exports.prepareSigning(),
    (status) => {
      if (core.check(status, "find what is to be signed") === 1) return null;
      const { bytes, view } = core;
      const pointer = core.exports.resultPointer() >>> 0;
      const capsuleAt = pointer + 16 + ROOT_BYTES;
      return {
        sequence: view.getFloat64(pointer, true),
        endOffset: view.getFloat64(pointer + 8, true),
        root: bytes.slice(pointer + 16, capsuleAt),
        ...decodeCapsule(core, capsuleAt),
      };
    },
  );
}

/** Appends a batch that holds signatures alone. The file is to be synced then, and `markSynced` called. */
export function appendSignatures(core: CoreInstance, signatures: readonly StoredSignature[], atMs: number): void {
  core.runNow(
    () => {
      const pointer = core.reserve(signatures.length * BODY_BYTES);
      for (const [index, stored] of signatures.entries()) {
        const at = pointer + index * BODY_BYTES;
        core.view.setBigUint64(at, BigInt(stored.sequence), true);
        core.bytes.set(stored.root, at + 8);
        core.view.setBigUint64(at + 8 + ROOT_BYTES, BigInt(stored.endOffset), true);
        core.bytes.set(stored.publicKey, at + PART_BYTES);
        core.bytes.set(stored.signature, at + PART_BYTES + KEY_BYTES);
      }
      return core.exports.appendSignatures(signatures.length, atMs);
    },
    (status) => core.check(status, "add a signature"),
  );
}

export interface SignaturePage {
  readonly capsule: SignedCapsule;
  /** Newest first; those of one commit in the order of the file. */
  readonly signatures: FoundSignature[];
  /** Offset to go on from; 0 at the capsule's beginning. */
  readonly next: number;
}

/** The signatures of the newest `limit` commits or a few more, from the head (-1) or before the commit at offset `from`. */
export function readSignatures(core: CoreInstance, from: number, limit: number): Eventually<SignaturePage> {
  return core.run(
    () => core.exports.signatures(from, limit),
    (status) => {
      const count = core.check(status, "read the signatures");
      const pointer = core.exports.resultPointer() >>> 0;
      const next = core.view.getFloat64(pointer, true);
      const start = pointer + 8 + ROOT_BYTES + ID_BYTES;
      return {
        next,
        capsule: decodeCapsule(core, pointer + 8),
        signatures: Array.from({ length: count }, (_, index) => decodeSignature(core, start + index * ENTRY_BYTES)),
      };
    },
  );
}

function decodeCapsule({ bytes }: CoreInstance, pointer: number): SignedCapsule {
  const idAt = pointer + ROOT_BYTES;
  return { superblockHash: bytes.slice(pointer, idAt), capsuleId: bytes.slice(idAt, idAt + ID_BYTES) };
}

function decodeSignature({ bytes, view }: CoreInstance, pointer: number): FoundSignature {
  const bodyAt = pointer + 24;
  const rootAt = bodyAt + 8;
  const endAt = rootAt + ROOT_BYTES;
  const keyAt = bodyAt + PART_BYTES;
  const signatureAt = keyAt + KEY_BYTES;
  return {
    commitSequence: view.getFloat64(pointer, true),
    frameOffset: view.getFloat64(pointer + 8, true),
    namesCommit: view.getFloat64(pointer + 16, true) === 1,
    sequence: Number(view.getBigUint64(bodyAt, true)),
    endOffset: Number(view.getBigUint64(endAt, true)),
    root: bytes.slice(rootAt, endAt),
    publicKey: bytes.slice(keyAt, signatureAt),
    signature: bytes.slice(signatureAt, signatureAt + SIGNATURE_BYTES),
  };
}
