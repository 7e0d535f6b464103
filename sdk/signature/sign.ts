/** Signing a capsule: a batch of signatures alone at its end (docs/format.md 5.1). */

import { encodeHex } from "../../runtimes/std.js";
import type { CoreInstance } from "../core/instance.js";
import { capsuleInfo } from "../core/lifecycle.js";
import { appendSignatures, prepareSigning, readSignatures, type SigningPart } from "../core/signatures.js";
import { appendCommit } from "../core/writes.js";
import { derivePublicKey, signatureHolds, signMessage } from "./ed25519.js";
import { formatPublicKey, parseSecretKey } from "./keys.js";
import { signedMessage } from "./message.js";

/** A capsule that is being written. */
export interface SigningTarget {
  readonly core: CoreInstance;
  /** Makes what was appended durable, and then the newest commit of the core (`markSynced`). */
  readonly settle: () => void | Promise<void>;
}

/** What was signed, and by whom. */
export interface CapsuleSignature {
  /** The signer's public key, `speckit-pub-1…`. */
  readonly key: string;
  /** Number and root of the commit that was signed, which pins everything before it. */
  readonly sequence: number;
  readonly root: string;
  /** False if this key had signed it already: then nothing was written. */
  readonly added: boolean;
}

/**
 * Signs the newest commit of a capsule that is being written, what waits being committed first. The signature is durable, in a commit of its
 * own, when this returns.
 *
 * @param secretKey `SPECKIT-SIGN-1…`
 * @throws CapsuleError `InvalidArgument` for a key that isn't one; and what committing throws
 */
export async function signCapsule(target: SigningTarget, secretKey: string, atMs: number): Promise<CapsuleSignature> {
  const secret = parseSecretKey(secretKey);
  try {
    const publicKey = derivePublicKey(secret);
    const part = await partToSign(target, atMs);
    const outcome = { key: formatPublicKey(publicKey), sequence: part.sequence, root: encodeHex(part.root) };
    if (await isSignedBy(target.core, part, outcome.key)) return { ...outcome, added: false };
    const signature = signMessage(signedMessage(part, part), secret);
    appendSignatures(target.core, [{ ...part, publicKey, signature }], atMs);
    await target.settle();
    return { ...outcome, added: true };
  } finally {
    secret.fill(0);
  }
}

/** What waits is committed; so is nothing, where a batch of signatures couldn't follow the head. */
async function partToSign(target: SigningTarget, atMs: number): Promise<SigningPart> {
  for (;;) {
    const part = await prepareSigning(target.core);
    if (part !== null) return part;
    appendCommit(target.core, atMs);
    await target.settle();
  }
}

async function isSignedBy(core: CoreInstance, part: SigningPart, key: string): Promise<boolean> {
  const { headSequence } = await capsuleInfo(core);
  if (headSequence === part.sequence) return false;
  const { signatures } = await readSignatures(core, -1, 1);
  return signatures.some(
    (signature) =>
      signature.namesCommit &&
      formatPublicKey(signature.publicKey) === key &&
      signatureHolds(signature.signature, signedMessage(part, signature), signature.publicKey),
  );
}
