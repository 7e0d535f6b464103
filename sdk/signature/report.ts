/** What is known of a capsule's signatures: types alone, so that nothing of the cryptography is loaded for them. */

import type { Diagnostic } from "../diagnostics.js";

/**
 * - `verified`: signed by a trusted key, and nothing follows but signatures.
 * - `verified-to-sequence`: a trusted key signed an earlier commit; later commits, or bytes at the end, are nobody's.
 * - `untrusted`: signed, but by no key that is trusted.
 * - `broken`: a signature does not hold, or is about something else than what precedes it.
 * - `unsigned`: there is no signature.
 */
export type SignatureState = "verified" | "verified-to-sequence" | "untrusted" | "broken" | "unsigned";

export interface CheckedSignature {
  /** The signer's public key, `speckit-pub-1…`. */
  readonly key: string;
  readonly trusted: boolean;
  /** Whether the signature holds, and is about the commit that precedes it. */
  readonly valid: boolean;
  /** Number and root of the commit that was signed, as the signature says. */
  readonly sequence: number;
  readonly root: string;
  /** Where its frame lies in the file. */
  readonly offset: number;
}

export interface SignatureReport {
  readonly state: SignatureState;
  /** The newest commit that is signed by a trusted key, or, where there is none, by any; null if unsigned or broken. */
  readonly sequence: number | null;
  /** Newest first. */
  readonly signatures: readonly CheckedSignature[];
}

export interface VerifySignaturesOptions {
  /** Public keys, `speckit-pub-1…`. Default: none. */
  readonly trustedKeys?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What verifying a capsule at a path comes to. `state` is `broken` too if the capsule is damaged. */
export interface CapsuleVerification extends SignatureReport {
  readonly path: string;
  /** SHA-256 of the file, as `sha256sum` gives it. */
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly encrypted: boolean;
  /** Null if the capsule can't be opened. */
  readonly headSequence: number | null;
  readonly root: string | null;
  readonly capsuleId: string | null;
  /** What a deep check found; a single finding of level `ok` if nothing. */
  readonly diagnostics: readonly Diagnostic[];
}
