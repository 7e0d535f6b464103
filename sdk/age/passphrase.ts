/** scrypt stanzas (C2SP age.md, "The scrypt recipient type"): a passphrase, stretched so that guessing costs. */

import { concatBytes, encodeUtf8 } from "../../runtimes/std.js";
import { deriveScryptKey, MAX_WORK_FACTOR } from "../core/age.js";
import { argumentError, CapsuleError } from "../errors.js";
import { unwrapFileKey, WRAPPED_KEY_BYTES, wrapFileKey } from "./file-key.js";
import { encodeBase64, headerError, type Stanza, tryDecodeBase64 } from "./header.js";

export const SCRYPT_TYPE = "scrypt";
/** Written unless asked otherwise: 256 MiB and about half a second. */
export const DEFAULT_WORK_FACTOR = 18;

const SALT_LABEL = "age-encryption.org/v1/scrypt";
const SALT_BYTES = 16;
const WORK_FACTOR_FORM = /^[1-9][0-9]?$/;

/** The bytes of a passphrase in an array of our own, to be wiped. Text is taken as UTF-8, as it is. */
export function passphraseBytes(passphrase: string | Uint8Array): Uint8Array {
  if (!(passphrase instanceof Uint8Array) && typeof passphrase !== "string") {
    throw argumentError("passphrase", "text or bytes", typeof passphrase);
  }
  const bytes = typeof passphrase === "string" ? encodeUtf8(passphrase) : Uint8Array.from(passphrase);
  if (bytes.length === 0) throw argumentError("passphrase", "at least one character", "");
  return bytes;
}

/** Throws unless a work factor can be used here. */
export function checkWorkFactor(name: string, workFactor: number): number {
  if (Number.isInteger(workFactor) && workFactor >= 1 && workFactor <= MAX_WORK_FACTOR) return workFactor;
  throw argumentError(name, `a whole number from 1 to ${MAX_WORK_FACTOR}`, workFactor);
}

function wrappingKey(passphrase: Uint8Array, salt: Uint8Array, workFactor: number): Uint8Array {
  return deriveScryptKey(passphrase, concatBytes(encodeUtf8(SALT_LABEL), salt), workFactor);
}

/** Wraps a file key with a passphrase. `salt`: 16 random bytes. */
export function wrapWithPassphrase(
  fileKey: Uint8Array,
  passphrase: Uint8Array,
  salt: Uint8Array,
  workFactor: number,
): Stanza {
  const body = wrapFileKey(fileKey, wrappingKey(passphrase, salt, workFactor));
  return { args: [SCRYPT_TYPE, encodeBase64(salt), String(workFactor)], body };
}

export interface ScryptParameters {
  readonly salt: Uint8Array;
  readonly workFactor: number;
}

/** Throws unless a scrypt stanza is as it has to be, and no more work than permitted. */
export function checkedParameters(stanza: Stanza, maxWorkFactor: number): ScryptParameters {
  const [, saltText = "", workFactorText = ""] = stanza.args;
  const salt = stanza.args.length === 3 ? tryDecodeBase64(saltText) : null;
  if (salt?.length !== SALT_BYTES) throw headerError("the passphrase's salt is malformed", 0);
  if (!WORK_FACTOR_FORM.test(workFactorText)) throw headerError("the passphrase's work factor is malformed", 0);
  if (stanza.body.length !== WRAPPED_KEY_BYTES) throw headerError("the passphrase's key is malformed", 0);
  const workFactor = Number(workFactorText);
  if (workFactor <= maxWorkFactor) return { salt, workFactor };
  throw new CapsuleError(
    "TooLarge",
    `Cannot derive the key from the passphrase: the work factor is ${workFactor}, at most ${maxWorkFactor} is permitted`,
    {
      hint:
        workFactor <= MAX_WORK_FACTOR
          ? "Raise maxWorkFactor if you trust the file: each step doubles time and memory."
          : 'Decrypt it with "age -d", if you trust the file.',
      details: { expected: maxWorkFactor, found: workFactor },
    },
  );
}

/** The file key of a stanza, or null if it was made with another passphrase. */
export function unwrapWithPassphrase(
  stanza: Stanza,
  { salt, workFactor }: ScryptParameters,
  passphrase: Uint8Array,
): Uint8Array | null {
  return unwrapFileKey(stanza.body, wrappingKey(passphrase, salt, workFactor));
}
