/** Whether a capsule is signed, by whom, and how far (docs/signatures.md). */

import { encodeHex } from "../../runtimes/std.js";
import type { CoreInfo } from "../core/lifecycle.js";
import { type FoundSignature, readSignatures, type SignedCapsule } from "../core/signatures.js";
import { argumentError, throwIfAborted } from "../errors.js";
import type { Session } from "../session.js";
import { signatureHolds } from "./ed25519.js";
import { formatPublicKey, parsePublicKey } from "./keys.js";
import { signedMessage } from "./message.js";
import type { CheckedSignature, SignatureReport, VerifySignaturesOptions } from "./report.js";

const COMMITS_PER_CALL = 256;

/**
 * Looks at all signatures of a capsule. That each commit before a signed one is what it was follows from the chain of roots, which is
 * gone along; that every byte is, is what a deep check says.
 *
 * @throws CapsuleError `InvalidArgument` for a key that isn't one, `Corrupted` if the chain of commits is damaged, `Aborted`
 */
export async function verifySignatures(
  session: Session,
  options: VerifySignaturesOptions = {},
): Promise<SignatureReport> {
  const { trustedKeys = [] } = options;
  if (!Array.isArray(trustedKeys)) throw argumentError("trustedKeys", "an array of public keys", trustedKeys);
  const trusted = new Set(trustedKeys.map((key) => formatPublicKey(parsePublicKey(key))));
  await session.beforeRead();
  const { core, info } = session;
  const added = new Set<number>();
  const checked: CheckedSignature[] = [];
  for (let from = -1; from !== 0; ) {
    throwIfAborted(options.signal, "verify the signatures");
    session.requireOpen();
    const page = await readSignatures(core, from, COMMITS_PER_CALL);
    for (const signature of page.signatures) {
      added.add(signature.commitSequence);
      checked.push(check(signature, page.capsule, trusted));
    }
    from = page.next;
  }
  return reportOf(info, added, checked);
}

function check(signature: FoundSignature, capsule: SignedCapsule, trusted: ReadonlySet<string>): CheckedSignature {
  const { publicKey, sequence, root, frameOffset } = signature;
  const key = formatPublicKey(publicKey);
  const message = signedMessage(capsule, signature);
  const holds = signatureHolds(signature.signature, message, publicKey);
  const valid = signature.namesCommit && holds;
  return { key, trusted: trusted.has(key), valid, sequence, root: encodeHex(root), offset: frameOffset };
}

/** @param added the commits that only added signatures */
function reportOf(info: CoreInfo, added: ReadonlySet<number>, signatures: CheckedSignature[]): SignatureReport {
  if (signatures.length === 0) return { state: "unsigned", sequence: null, signatures };
  if (signatures.some(({ valid }) => !valid)) return { state: "broken", sequence: null, signatures };
  const trusted = signatures.filter((signature) => signature.trusted);
  if (trusted.length === 0) return { state: "untrusted", sequence: newestOf(signatures), signatures };
  let contentSequence = info.headSequence;
  while (added.has(contentSequence)) contentSequence--;
  const sequence = newestOf(trusted);
  const isWhole = info.deadTailStart < 0 && info.passedOverOffset < 0;
  return { state: sequence === contentSequence && isWhole ? "verified" : "verified-to-sequence", sequence, signatures };
}

function newestOf(signatures: readonly CheckedSignature[]): number {
  return Math.max(...signatures.map(({ sequence }) => sequence));
}
