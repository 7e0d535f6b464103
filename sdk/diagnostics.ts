/** What `doctor` finds. */

import type { ExportPlace } from "./export/options.js";

export type DiagnosticLevel = "ok" | "warning" | "error";

export type DiagnosticCode =
  | "Healthy"
  | "Missing"
  | "Unreadable"
  | "Locked"
  | "StaleLock"
  | "NoOsLock"
  | "Corrupted"
  | "VersionMismatch"
  | "ForeignFormat"
  | "Encrypted"
  | "DeadTail"
  | "PassedOverBatch"
  | "IndexMismatch"
  /** Of an import: nobody who is trusted has signed it to its end. */
  | "Unverified"
  /** Of an import: golden queries give other results than where it was made. */
  | "GoldenDiffers"
  /** An event says that it was mounted, and it wasn't unmounted, but its file isn't there. */
  | "MountMissing"
  /** A mount's file that the registry or the events don't know, or know as another. */
  | "MountUnregistered"
  /** Something else lies among the mounts. */
  | "MountStranger"
  | "RegistryDamaged"
  /** An event tells of an export that isn't where exports lie. */
  | "ExportMissing";

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly level: DiagnosticLevel;
  /** What was found, one sentence. */
  readonly message: string;
  readonly hint?: string;
  /** Where in the file, in bytes. */
  readonly offset?: number;
}

export interface DoctorOptions {
  /** Reads everything, checks every hash, and builds the index anew to compare it, instead of what opening checks. */
  readonly deep?: boolean;
  /** False leaves out, of a deep check, building the index anew, which takes most of its time. */
  readonly index?: boolean;
  /** Looks for the exports that the capsule tells of, too; only where it is looked at by its path. */
  readonly exports?: ExportPlace;
  readonly signal?: AbortSignal;
  /** Called now and then during a deep check, which goes through the file twice if the index is built anew. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

/** The worst level among the findings. */
export function worstLevel(diagnostics: readonly Diagnostic[]): DiagnosticLevel {
  if (diagnostics.some((diagnostic) => diagnostic.level === "error")) return "error";
  return diagnostics.some((diagnostic) => diagnostic.level === "warning") ? "warning" : "ok";
}
