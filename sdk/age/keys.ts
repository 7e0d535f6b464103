/** The keys of age as people write them: recipients `age1…`, identities `AGE-SECRET-KEY-1…` (C2SP age.md, "X25519"). */

import { x25519 } from "@noble/curves/ed25519.js";
import { argumentError, CapsuleError } from "../errors.js";
import {
  formatPublicText,
  formatSecretText,
  KEY_BYTES,
  looksSecret,
  parsePublicText,
  parseSecretText,
} from "../key-text.js";
import { defaultRuntime } from "../runtime.js";

const RECIPIENT_PREFIX = "age";
const IDENTITY_PREFIX = "age-secret-key-";

/**
 * The public key of a recipient, 32 bytes.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export function parseRecipient(text: string): Uint8Array {
  const key = parsePublicText(RECIPIENT_PREFIX, text);
  if (key !== null) return key;
  if (looksSecret(IDENTITY_PREFIX, text)) throw secretGiven();
  throw argumentError(
    "recipients",
    'X25519 keys such as "age1…"',
    text,
    "Other kinds of recipients are not known here.",
  );
}

function secretGiven(): CapsuleError {
  return new CapsuleError("InvalidArgument", "Cannot use the argument recipients: it holds an identity, a secret key", {
    hint: 'Give its public key: "age-keygen -y" shows it.',
    details: { argument: "recipients" },
  });
}

/**
 * The secret key of an identity, 32 bytes, to be wiped by the caller.
 *
 * @throws CapsuleError `InvalidArgument`, which doesn't repeat what was given
 */
export function parseIdentity(text: string): Uint8Array {
  const key = parseSecretText(IDENTITY_PREFIX, text);
  if (key !== null) return key;
  throw new CapsuleError(
    "InvalidArgument",
    'Cannot use the argument identities: expected X25519 secret keys such as "AGE-SECRET-KEY-1…"',
    { hint: "Other kinds of identities are not known here.", details: { argument: "identities" } },
  );
}

/** A key pair of age, as text. */
export interface AgeKeyPair {
  /** The secret key, `AGE-SECRET-KEY-1…`: for `identities`. */
  readonly identity: string;
  /** The public key, `age1…`: for `recipients`. */
  readonly recipient: string;
}

/**
 * The recipient of an identity.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export function recipientOf(identity: string): string {
  const secret = parseIdentity(identity);
  const recipient = formatPublicText(RECIPIENT_PREFIX, x25519.getPublicKey(secret));
  secret.fill(0);
  return recipient;
}

/**
 * Draws a key pair.
 *
 * @param random gives secure random bytes; default: the environment's
 * @example
 * const { identity, recipient } = generateAgeKeys();
 */
export function generateAgeKeys(random = defaultRuntime.environment.randomBytes): AgeKeyPair {
  const secret = random(KEY_BYTES);
  const identity = formatSecretText(IDENTITY_PREFIX, secret);
  secret.fill(0);
  return { identity, recipient: recipientOf(identity) };
}
