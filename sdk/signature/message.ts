/** The bytes that a capsule's signature signs: docs/format.md 5.1. */

import { concatBytes, encodeUtf8 } from "../../runtimes/std.js";
import type { SignedCapsule, SignedPart } from "../core/signatures.js";

const DOMAIN = "speckit-capsule signature 1\n";

/** Domain ‖ capsule id ‖ superblock hash ‖ sequence ‖ root ‖ end of the signed part. */
export function signedMessage(capsule: SignedCapsule, part: SignedPart): Uint8Array {
  return concatBytes(
    encodeUtf8(DOMAIN),
    capsule.capsuleId,
    capsule.superblockHash,
    littleEndian(part.sequence),
    part.root,
    littleEndian(part.endOffset),
  );
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}
