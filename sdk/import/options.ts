/** What an import takes and gives. */

import type { DecryptOptions } from "../age/detect.js";
import type { Diagnostic } from "../diagnostics.js";
import type { GoldenReport } from "../export/golden.js";
import type { MountFormat } from "../mounts/places.js";
import type { SignatureReport } from "../signature/report.js";

/** Passphrase and identities are for encrypted capsules; others are imported without them. */
export interface ImportOptions extends DecryptOptions {
  /** The mount's name: 1 to 64 letters, digits, _ and -. Default: made of the file's name, or of its directory's for `capsule.mv2e`. */
  readonly mountAs?: string;
  /** Refuses what isn't signed by a trusted key to its end, or answers its golden queries differently. Default false. */
  readonly requireVerified?: boolean;
  /** Public keys, `speckit-pub-1…`. */
  readonly trustedKeys?: readonly string[];
  /** The SHA-256 that the file must have, 64 hexadecimal digits: keeps out any other file, an older one too. */
  readonly expectDigest?: string;
  /** The least sequence number that the capsule's newest commit may have: keeps out an older state of it. */
  readonly minSequence?: number;
  /** Who imports, for the event. Default `speckit-capsule`. */
  readonly actor?: string;
  readonly signal?: AbortSignal;
  /** Called now and then: the file is copied, then gone through twice. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

export interface ImportResult {
  readonly mountName: string;
  readonly mountedPath: string;
  /** False if it was mounted already, under this name: then nothing is new. */
  readonly created: boolean;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly contentHash: string;
  readonly format: MountFormat;
  readonly capsuleId: string;
  /** The branch that the mount is opened on. */
  readonly branch: string;
  /** Newest commit of the imported capsule, and its root. */
  readonly sequence: number;
  readonly root: string;
  /** What can be seen on that branch. */
  readonly counts: MountCounts;
  /** Whether every check that could be made was passed: hashes, index, signatures, golden queries. */
  readonly verificationPassed: boolean;
  /** What is known of its signatures. */
  readonly signature: SignatureReport;
  /** The golden queries in it, asked again; null if it has none. */
  readonly golden: GoldenReport | null;
  /** What there is to be told, all of it warnings: errors end the import. */
  readonly diagnostics: readonly Diagnostic[];
  /** The `CapsuleImported` event of this mount. */
  readonly eventUri: string;
}

export interface MountCounts {
  readonly artifacts: number;
  readonly checkpoints: number;
  readonly events: number;
}
