/** Ed25519 (RFC 8032), strictly: canonical encodings, and no public key of low order. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { CapsuleError } from "../errors.js";

export const KEY_BYTES = 32;

/** The public key of a secret one, 32 bytes each. */
export const derivePublicKey = (secret: Uint8Array): Uint8Array => ed25519.getPublicKey(secret);

/**
 * Signs a message and checks the signature: one that a faulty machine made could give away the secret key.
 *
 * @throws CapsuleError `CoreFault`
 */
export function signMessage(message: Uint8Array, secret: Uint8Array): Uint8Array {
  const signature = ed25519.sign(message, secret);
  if (signatureHolds(signature, message, derivePublicKey(secret))) return signature;
  throw new CapsuleError("CoreFault", "Cannot sign: the signature does not hold", {
    hint: "This is a bug, or the machine computes wrongly. Nothing was written.",
  });
}

/** Whether a signature of 64 bytes is one of the message by the key. */
export function signatureHolds(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return isUsablePublicKey(publicKey) && ed25519.verify(signature, message, publicKey, { zip215: false });
}

/** Whether bytes are a public key: a point of the curve, canonically encoded, that isn't of low order. */
export function isUsablePublicKey(key: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(key).isSmallOrder();
  } catch {
    return false;
  }
}
