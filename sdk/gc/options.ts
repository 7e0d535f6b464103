/** What `gc`, `pin` and `unpin` take and give. */

export interface GcOptions {
  /** Only tells what would be deleted. Default false. */
  readonly dryRun?: boolean;
  /** Days after which an export is deleted; 0: at once. Default 30. */
  readonly retentionDays?: number;
  /** Whether pinned exports stay, whatever their age. Default true. */
  readonly keepPinned?: boolean;
  /** Where exports lie besides `docs/specs/<SPEC>/runs/<RUN>`: in this directory, and in `<SPEC>/runs/<RUN>` below it. */
  readonly dir?: string;
  /** What relative paths are seen from, and where `docs/specs` lies. Default: the current directory. */
  readonly workspaceDir?: string;
  /** Who deletes, for the event. Default `speckit-capsule`. */
  readonly actor?: string;
  readonly signal?: AbortSignal;
}

export interface GcDeletion {
  /** As seen from the workspace if it lies below it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether it was an orphaned temporary file, and no export. */
  readonly isTemporary: boolean;
}

export interface GcResult {
  readonly dryRun: boolean;
  readonly exportsDeleted: number;
  /** Exports that are pinned, or not old enough. */
  readonly exportsPreserved: number;
  /** Files that can't be judged: no capsules, unreadable, at work, or replaced meanwhile. */
  readonly exportsSkipped: number;
  readonly tempFilesDeleted: number;
  readonly bytesFreed: number;
  readonly deleted: readonly GcDeletion[];
}

export interface PinOptions {
  /** What relative paths are seen from. Default: the current directory. */
  readonly workspaceDir?: string;
  /** Who pins, for the event. Default `speckit-capsule`. */
  readonly actor?: string;
}

export interface PinResult {
  /** Whether the export is pinned now. */
  readonly pinned: boolean;
  /** False if it was so before: then nothing was recorded. */
  readonly changed: boolean;
  /** SHA-256 of the export, 64 hexadecimal digits: a pin follows a file that is moved. */
  readonly contentHash: string;
  /** As seen from the workspace if it lies below it; the digest itself for an export that was named so. */
  readonly path: string;
}
