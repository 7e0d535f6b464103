/**
 * Whether a file is an age file, and whether there is anything to open it with: all that opening a capsule loads of age. The
 * rest, with its cryptography, costs more to load than everything else, and is loaded for encrypted files alone.
 */

import { encodeUtf8 } from "../../runtimes/std.js";

/** The first line of every age file. */
export const VERSION_LINE = "age-encryption.org/v1";
/** What {@link beginsAsAge} needs of a file. */
export const AGE_MAGIC_BYTES = VERSION_LINE.length + 1;

/** What opens an age file. Both may be given: the file says which is needed. */
export interface DecryptOptions {
  /** Text is taken as UTF-8, as it is. An array stays the caller's, to be wiped by him. */
  readonly passphrase?: string | Uint8Array;
  /** X25519 secret keys, `AGE-SECRET-KEY-1…`. */
  readonly identities?: readonly string[];
  /** The most work that a passphrase may cost, as a power of two; at most 20, the default, which takes 1 GiB. */
  readonly maxWorkFactor?: number;
}

/** Whether anything is there to decrypt with. */
export function hasSecrets({ passphrase, identities }: DecryptOptions): boolean {
  return passphrase !== undefined || (identities !== undefined && identities.length > 0);
}

/** Whether bytes are an age file's first. */
export function beginsAsAge(bytes: Uint8Array): boolean {
  const magic = encodeUtf8(`${VERSION_LINE}\n`);
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

/** Whether an age file was encrypted with a passphrase, by its first bytes: a passphrase's entry stands alone. */
export function needsPassphrase(head: Uint8Array): boolean {
  const entry = encodeUtf8(`${VERSION_LINE}\n-> scrypt `);
  return head.length >= entry.length && entry.every((byte, i) => head[i] === byte);
}
