/** What is known of an imported capsule's signatures, and what that means for its mount. */

import type { Diagnostic } from "../diagnostics.js";
import { CapsuleError } from "../errors.js";
import type { Session } from "../session.js";

/**
 * - `verified`: signed by a trusted key, and nothing follows but signatures.
 * - `verified-to-sequence`: a trusted key signed an earlier commit only.
 * - `untrusted`: signed, but by no key that is trusted.
 * - `broken`: a signature does not hold.
 * - `unsigned`: there is no signature.
 */
export type SignatureState = "verified" | "verified-to-sequence" | "untrusted" | "broken" | "unsigned";

const REASONS: { readonly [state in Exclude<SignatureState, "verified">]: string } = {
  "verified-to-sequence": "a trusted key signed an earlier state of it only",
  untrusted: "it is signed by no key that is trusted",
  broken: "a signature in it does not hold",
  unsigned: "it isn't signed",
};

/** The state of an open capsule's signatures. */
export async function signatureState(_session: Session, _trustedKeys: readonly string[]): Promise<SignatureState> {
  return "unsigned";
}

/**
 * What is to be told of a state.
 *
 * @throws CapsuleError `VerificationFailed` for a broken signature, and if it is required to be verified and isn't
 */
export function judgeSignature(state: SignatureState, requireVerified: boolean): Diagnostic[] {
  if (state === "verified") return [];
  const reason = REASONS[state];
  if (requireVerified || state === "broken") {
    throw new CapsuleError("VerificationFailed", `Cannot import the capsule: ${reason}`, {
      hint: "Get the file again from where it comes from, or give the signer's key with --trusted-key.",
      details: { check: "signature", state },
    });
  }
  const message = `The capsule's origin is not known for sure: ${reason}.`;
  const hint = "Use --require-verified with --trusted-key to accept only what is signed.";
  return [{ code: "Unverified", level: "warning", message, hint }];
}
