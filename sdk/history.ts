/** Commits and checkpoints, as they are told to callers. */

import type { Uri } from "./uri.js";

/** A named moment: everything readable now is readable as of it, for ever. */
export interface Checkpoint {
  /** 26 characters, unique; sorts by time. */
  readonly id: string;
  readonly uri: Uri;
  readonly label: string | null;
  /** The pipeline stage that it ends; null for a manual checkpoint. */
  readonly stage: string | null;
  readonly specId: string | null;
  readonly runId: string | null;
  /** The git commit that belongs to it, if the caller gave one. */
  readonly commitHash: string | null;
  readonly isManual: boolean;
  readonly branch: string;
  readonly atMs: number;
  /** The commit that it is in. */
  readonly sequence: number;
}

export interface CommitOptions {
  /** Makes a manual checkpoint of this name, unique on its branch. Without: a plain commit. */
  readonly label?: string;
  /** Permits a label that exists: it then names the new checkpoint. */
  readonly force?: boolean;
  readonly specId?: string;
  readonly runId?: string;
  readonly gitCommit?: string;
}

export interface StageOptions {
  readonly stage: string;
  /** Default: those of the open capsule. */
  readonly specId?: string;
  readonly runId?: string;
  readonly label?: string;
  readonly force?: boolean;
  readonly gitCommit?: string;
  /** The policy to name in the StageTransition event. Default: the one that `setPolicy` put in force. */
  readonly policyId?: string;
  readonly policyHash?: string;
  readonly policyUri?: string;
}

/** What a commit came to. */
export interface CommitResult {
  /** Number of the newest commit afterwards. */
  readonly sequence: number;
  /** Its root, 64 hexadecimal digits. */
  readonly root: string;
  /** False if nothing was waiting, so that no commit was made. */
  readonly committed: boolean;
  readonly checkpoint: Checkpoint | null;
}

/** A commit of the log. Offsets are physical: they change when a capsule is compacted. */
export interface LoggedCommit {
  readonly sequence: number;
  readonly atMs: number;
  readonly root: string;
  /** Records in the capsule after it. */
  readonly recordCount: number;
  readonly offset: number;
  readonly endOffset: number;
}

export interface LogOptions {
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** Counts of a capsule at its newest commit. */
export interface CapsuleStats {
  readonly sizeBytes: number;
  readonly sequence: number;
  readonly frameCount: number;
  readonly recordCount: number;
  readonly uriCount: number;
  readonly revisionCount: number;
  readonly removalCount: number;
  readonly eventCount: number;
  readonly checkpointCount: number;
  readonly branchCount: number;
  readonly segmentCount: number;
  /** Content as it was put, duplicates counted. */
  readonly contentBytesPut: number;
  /** What lies in the file of it: each content once, compressed, with titles and attributes. */
  readonly contentBytesStored: number;
  /** Of the content put, the bytes that were there already and were not stored again. */
  readonly contentBytesRepeated: number;
  /** Bytes behind the newest commit that belong to no commit; 0 normally. */
  readonly deadTailBytes: number;
  /** Records that wait for a commit, and writes that wait in the queue; 0 for a reader. */
  readonly pendingRecords: number;
  readonly queuedWrites: number;
  /** Memory of the core, in bytes. */
  readonly coreMemoryBytes: number;
}

/** Counts of a view: what could be seen there. Found by looking at each record. */
export interface ViewStats {
  readonly sequence: number;
  readonly uriCount: number;
  readonly revisionCount: number;
  readonly eventCount: number;
  readonly checkpointCount: number;
  /** Sum over what its URIs resolve to. */
  readonly contentBytes: number;
}
