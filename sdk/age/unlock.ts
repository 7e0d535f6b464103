/** From a header and what the caller has to the key of the payload. */

import { MAX_WORK_FACTOR } from "../core/age.js";
import { argumentError, CapsuleError } from "../errors.js";
import type { DecryptOptions } from "./detect.js";
import { equalBytes, headerMac } from "./file-key.js";
import { type Header, headerError, type Stanza } from "./header.js";
import { parseIdentity } from "./keys.js";
import {
  checkedParameters,
  checkWorkFactor,
  passphraseBytes,
  SCRYPT_TYPE,
  unwrapWithPassphrase,
} from "./passphrase.js";
import { checkedShare, unwrapWithIdentity, X25519_TYPE } from "./x25519.js";

/**
 * The file key, 16 bytes, to be wiped by the caller. The header's code is checked.
 *
 * @throws CapsuleError `PassphraseRequired`, `InvalidPassphrase`, `NoMatchingIdentity`, `Corrupted`, `TooLarge`, `InvalidArgument`
 */
export function unlockHeader(header: Header, options: DecryptOptions): Uint8Array {
  const { stanzas } = header;
  const maxWorkFactor = checkWorkFactor("maxWorkFactor", options.maxWorkFactor ?? MAX_WORK_FACTOR);
  const scrypt = stanzas.find(({ args }) => args[0] === SCRYPT_TYPE);
  if (scrypt !== undefined && stanzas.length > 1) {
    throw headerError("a passphrase's entry is not the only one", 0);
  }
  const fileKey =
    scrypt === undefined ? unlockByIdentity(stanzas, options) : unlockByPassphrase(scrypt, options, maxWorkFactor);
  if (equalBytes(headerMac(fileKey, header.macInput), header.mac)) return fileKey;
  fileKey.fill(0);
  throw new CapsuleError("Corrupted", "Cannot read the age header: its code of authentication is wrong", {
    hint: "The header was altered. Get another copy of the file.",
    details: { reason: "AGE_HEADER_MAC", offset: 0 },
  });
}

function unlockByPassphrase(stanza: Stanza, options: DecryptOptions, maxWorkFactor: number): Uint8Array {
  const parameters = checkedParameters(stanza, maxWorkFactor);
  if (options.passphrase === undefined) {
    throw new CapsuleError("PassphraseRequired", "Cannot decrypt: the file was encrypted with a passphrase", {
      hint: "Give the passphrase.",
    });
  }
  const passphrase = passphraseBytes(options.passphrase);
  try {
    const fileKey = unwrapWithPassphrase(stanza, parameters, passphrase);
    if (fileKey !== null) return fileKey;
  } finally {
    passphrase.fill(0);
  }
  throw new CapsuleError("InvalidPassphrase", "Cannot decrypt: the passphrase is wrong", {
    hint: "Check the passphrase; upper and lower case, and spaces, count.",
  });
}

function unlockByIdentity(stanzas: readonly Stanza[], options: DecryptOptions): Uint8Array {
  const { identities = [] } = options;
  if (!Array.isArray(identities)) throw argumentError("identities", "an array of secret keys", typeof identities);
  // All are looked at before any is tried: a malformed header is no matter of who opens it.
  const shares = stanzas
    .filter(({ args }) => args[0] === X25519_TYPE)
    .map((stanza) => ({ stanza, share: checkedShare(stanza) }));
  for (const text of identities) {
    const identity = parseIdentity(text);
    try {
      for (const { stanza, share } of shares) {
        const fileKey = unwrapWithIdentity(stanza, share, identity);
        if (fileKey !== null) return fileKey;
      }
    } finally {
      identity.fill(0);
    }
  }
  const count = identities.length;
  const reason = count === 0 ? "no identity was given" : `it is for none of the ${count} identities that were given`;
  throw new CapsuleError("NoMatchingIdentity", `Cannot decrypt: the file is for recipients, and ${reason}`, {
    hint: "Give the identity (AGE-SECRET-KEY-1…) of one of its recipients.",
    details: { identities: count, recipients: stanzas.length },
  });
}
