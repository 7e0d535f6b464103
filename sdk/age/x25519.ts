/** X25519 stanzas (C2SP age.md, "The X25519 recipient type"). */

import { x25519 } from "@noble/curves/ed25519.js";
import { concatBytes } from "../../runtimes/std.js";
import { deriveKey, unwrapFileKey, WRAPPED_KEY_BYTES, wrapFileKey } from "./file-key.js";
import { encodeBase64, headerError, type Stanza, tryDecodeBase64 } from "./header.js";

export const X25519_TYPE = "X25519";
const INFO = "age-encryption.org/v1/X25519";
const SHARE_BYTES = 32;

/** The key that wraps: from the shared secret, salted with both public keys. Null for a share of low order. */
function wrappingKey(secret: Uint8Array, theirs: Uint8Array, share: Uint8Array, recipient: Uint8Array) {
  let shared: Uint8Array;
  try {
    shared = x25519.getSharedSecret(secret, theirs);
  } catch {
    return null;
  }
  const key = deriveKey(shared, concatBytes(share, recipient), INFO);
  shared.fill(0);
  return key;
}

/**
 * Wraps a file key for a recipient.
 *
 * @param ephemeral 32 random bytes, which are wiped
 */
export function wrapForRecipient(fileKey: Uint8Array, recipient: Uint8Array, ephemeral: Uint8Array): Stanza | null {
  const share = x25519.getPublicKey(ephemeral);
  const key = wrappingKey(ephemeral, recipient, share, recipient);
  ephemeral.fill(0);
  return key === null ? null : { args: [X25519_TYPE, encodeBase64(share)], body: wrapFileKey(fileKey, key) };
}

/** Throws unless an X25519 stanza is as it has to be; gives its share. */
export function checkedShare(stanza: Stanza): Uint8Array {
  const share = stanza.args.length === 2 ? tryDecodeBase64(stanza.args[1] as string) : null;
  if (share?.length !== SHARE_BYTES) throw headerError("an X25519 recipient's share is malformed", 0);
  if (stanza.body.length !== WRAPPED_KEY_BYTES) throw headerError("an X25519 recipient's key is malformed", 0);
  return share;
}

/** The file key of a stanza, or null if it is for somebody else. */
export function unwrapWithIdentity(stanza: Stanza, share: Uint8Array, identity: Uint8Array): Uint8Array | null {
  const key = wrappingKey(identity, share, share, x25519.getPublicKey(identity));
  if (key === null) throw headerError("an X25519 recipient's share is of low order", 0);
  return unwrapFileKey(stanza.body, key);
}
