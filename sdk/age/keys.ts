/** The keys of age as people write them: recipients `age1…`, identities `AGE-SECRET-KEY-1…` (C2SP age.md, "X25519"). */

import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { argumentError, CapsuleError } from "../errors.js";
import { defaultRuntime } from "../runtime.js";

const RECIPIENT_PREFIX = "age";
const IDENTITY_PREFIX = "age-secret-key-";
const KEY_BYTES = 32;

/** The 32 bytes of a key with a prefix, or null. Case is part of the form: an identity is upper case, a recipient lower. */
function tryDecode(text: string, prefix: string): Uint8Array | null {
  const decoded = bech32.decodeUnsafe(text);
  if (decoded === undefined || decoded.prefix !== prefix) return null;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  decoded.words.fill(0);
  return bytes instanceof Uint8Array && bytes.length === KEY_BYTES ? bytes : null;
}

/**
 * The public key of a recipient, 32 bytes.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export function parseRecipient(text: string): Uint8Array {
  const key = typeof text === "string" && text === text.toLowerCase() ? tryDecode(text, RECIPIENT_PREFIX) : null;
  if (key !== null) return key;
  // Somebody may have given his identity by mistake: it isn't repeated.
  const isSecret = typeof text === "string" && text.toLowerCase().startsWith(IDENTITY_PREFIX);
  if (isSecret) throw secretGiven();
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
  const key = typeof text === "string" && text === text.toUpperCase() ? tryDecode(text, IDENTITY_PREFIX) : null;
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
  const recipient = bech32.encodeFromBytes(RECIPIENT_PREFIX, x25519.getPublicKey(secret));
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
  const identity = bech32.encodeFromBytes(IDENTITY_PREFIX, secret).toUpperCase();
  secret.fill(0);
  return { identity, recipient: recipientOf(identity) };
}
