/** Keys as people write them: 32 bytes in Bech32 (BIP 173), which has a checksum. Public keys are lower case, secret ones upper case. */

import { bech32 } from "@scure/base";

export const KEY_BYTES = 32;

export const formatPublicText = (prefix: string, key: Uint8Array): string => bech32.encodeFromBytes(prefix, key);
export const formatSecretText = (prefix: string, key: Uint8Array): string =>
  bech32.encodeFromBytes(prefix, key).toUpperCase();

/** The bytes of a public key with this prefix, or null for any other text. */
export function parsePublicText(prefix: string, text: string): Uint8Array | null {
  return typeof text === "string" && text === text.toLowerCase() ? decode(prefix, text) : null;
}

/** The bytes of a secret key with this prefix, to be wiped by the caller, or null for any other text. */
export function parseSecretText(prefix: string, text: string): Uint8Array | null {
  return typeof text === "string" && text === text.toUpperCase() ? decode(prefix, text) : null;
}

/** Whether somebody may have given his secret key where its public key is asked for: then it isn't repeated. */
export function looksSecret(prefix: string, text: string): boolean {
  return typeof text === "string" && text.toLowerCase().startsWith(prefix);
}

function decode(prefix: string, text: string): Uint8Array | null {
  const decoded = bech32.decodeUnsafe(text);
  if (decoded === undefined || decoded.prefix !== prefix) return null;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  decoded.words.fill(0);
  return bytes instanceof Uint8Array && bytes.length === KEY_BYTES ? bytes : null;
}
