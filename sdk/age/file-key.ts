/** What is derived from a file key, the 16 random bytes that each recipient's stanza wraps. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeUtf8 } from "../../runtimes/std.js";

export const FILE_KEY_BYTES = 16;
/** Before the payload's first chunk. */
export const PAYLOAD_NONCE_BYTES = 16;
/** A file key as it stands in a stanza: with its tag. */
export const WRAPPED_KEY_BYTES = FILE_KEY_BYTES + 16;

const KEY_BYTES = 32;
/** A wrapping key is used once, so that its nonce may be zero. */
const ZERO_NONCE = new Uint8Array(12);

/** HKDF-SHA256, 32 bytes. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return hkdf(sha256, secret, salt, encodeUtf8(info), KEY_BYTES);
}

/** The header's code of authentication. */
export function headerMac(fileKey: Uint8Array, macInput: Uint8Array): Uint8Array {
  const key = deriveKey(fileKey, new Uint8Array(0), "header");
  const mac = hmac(sha256, key, macInput);
  key.fill(0);
  return mac;
}

/** The key of the payload's chunks. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return deriveKey(fileKey, nonce, "payload");
}

/** Encrypts a file key for a stanza. Wipes `wrappingKey`. */
export function wrapFileKey(fileKey: Uint8Array, wrappingKey: Uint8Array): Uint8Array {
  const wrapped = chacha20poly1305(wrappingKey, ZERO_NONCE).encrypt(fileKey);
  wrappingKey.fill(0);
  return wrapped;
}

/** A stanza's file key, or null if it was wrapped with another key. Wipes `wrappingKey`. The length was checked before. */
export function unwrapFileKey(wrapped: Uint8Array, wrappingKey: Uint8Array): Uint8Array | null {
  try {
    return chacha20poly1305(wrappingKey, ZERO_NONCE).decrypt(wrapped);
  } catch {
    return null;
  } finally {
    wrappingKey.fill(0);
  }
}

/** Compares in a time that doesn't depend on where they differ. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= (left[i] as number) ^ (right[i] as number);
  return difference === 0;
}
