/** What an imported capsule's signatures mean for its mount. */

import type { Diagnostic } from "../diagnostics.js";
import { CapsuleError } from "../errors.js";
import type { SignatureReport, SignatureState } from "../signature/report.js";

const REASONS: { readonly [state in Exclude<SignatureState, "verified">]: string } = {
  "verified-to-sequence": "a trusted key signed an earlier state of it only",
  untrusted: "it is signed by no key that is trusted",
  broken: "a signature in it does not hold",
  unsigned: "it isn't signed",
};

/**
 * What is to be told of a capsule's signatures.
 *
 * @throws CapsuleError `VerificationFailed` for a broken signature, and if it is required to be verified and isn't
 */
export function judgeSignature({ state }: SignatureReport, requireVerified: boolean): Diagnostic[] {
  if (state === "verified") return [];
  const reason = REASONS[state];
  if (requireVerified || state === "broken") {
    throw new CapsuleError("VerificationFailed", `Cannot import the capsule: ${reason}`, {
      hint: "Get the file again from where it comes from, or give the signer's key with --trusted-key (trustedKeys).",
      details: { check: "signature", state },
    });
  }
  const message = `The capsule's origin is not known for sure: ${reason}.`;
  const hint = "Use --require-verified with --trusted-key to accept only what is signed.";
  return [{ code: "Unverified", level: "warning", message, hint }];
}
