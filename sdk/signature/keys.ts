/** Signing keys as people write them: Bech32 with a checksum, `SPECKIT-SIGN-1…` and `speckit-pub-1…` (docs/signatures.md). */

import { CapsuleError } from "../errors.js";
import { formatPublicText, formatSecretText, looksSecret, parsePublicText, parseSecretText } from "../key-text.js";
import { defaultRuntime } from "../runtime.js";
import { derivePublicKey, isUsablePublicKey, KEY_BYTES } from "./ed25519.js";

const SECRET_PREFIX = "speckit-sign-";
const PUBLIC_PREFIX = "speckit-pub-";

/** A pair of signing keys, as text. */
export interface SigningKeyPair {
  /** The secret key, `SPECKIT-SIGN-1…`. */
  readonly secretKey: string;
  /** The public key, `speckit-pub-1…`: for `trustedKeys`. */
  readonly publicKey: string;
}

/**
 * The 32 bytes of a secret key (RFC 8032, "private key"), to be wiped by the caller.
 *
 * @throws CapsuleError `InvalidArgument`, which doesn't repeat what was given
 */
export function parseSecretKey(text: string): Uint8Array {
  const key = parseSecretText(SECRET_PREFIX, text);
  if (key !== null) return key;
  throw new CapsuleError("InvalidArgument", 'Cannot use the signing key: expected a secret key "SPECKIT-SIGN-1…"', {
    hint: 'Run "speckit capsule keygen" to make one.',
    details: { argument: "secretKey" },
  });
}

/**
 * The 32 bytes of a public key. What isn't a point of the curve, or is one of low order, is refused.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export function parsePublicKey(text: string): Uint8Array {
  const key = parsePublicText(PUBLIC_PREFIX, text);
  if (key !== null && isUsablePublicKey(key)) return key;
  const isSecret = looksSecret(SECRET_PREFIX, text);
  const got = isSecret ? "a secret key" : "something else";
  throw new CapsuleError("InvalidArgument", `Cannot use the public key: expected "speckit-pub-1…", got ${got}`, {
    hint: isSecret
      ? 'Give its public key: "speckit capsule keygen --public FILE" shows it.'
      : "Copy the key as a whole.",
    details: { argument: "publicKey", ...(isSecret || typeof text !== "string" ? {} : { key: text.slice(0, 100) }) },
  });
}

/** A public key's text. */
export const formatPublicKey = (key: Uint8Array): string => formatPublicText(PUBLIC_PREFIX, key);

/**
 * The public key of a secret one.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export function publicKeyOf(secretKey: string): string {
  const secret = parseSecretKey(secretKey);
  try {
    return formatPublicKey(derivePublicKey(secret));
  } finally {
    secret.fill(0);
  }
}

/**
 * Draws a pair of signing keys (Ed25519, RFC 8032).
 *
 * @param random gives secure random bytes; default: the environment's
 * @example
 * const { secretKey, publicKey } = generateSigningKeys();
 */
export function generateSigningKeys(random = defaultRuntime.environment.randomBytes): SigningKeyPair {
  const secret = random(KEY_BYTES);
  try {
    const secretKey = formatSecretText(SECRET_PREFIX, secret);
    return { secretKey, publicKey: formatPublicKey(derivePublicKey(secret)) };
  } finally {
    secret.fill(0);
  }
}
