/** What `doctor` finds. */

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
  | "IndexMismatch";

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
  /** Reads everything and checks every hash, instead of what opening checks. */
  readonly deep?: boolean;
  readonly signal?: AbortSignal;
  /** Called now and then during a deep check. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

/** The worst level among the findings. */
export function worstLevel(diagnostics: readonly Diagnostic[]): DiagnosticLevel {
  if (diagnostics.some((diagnostic) => diagnostic.level === "error")) return "error";
  return diagnostics.some((diagnostic) => diagnostic.level === "warning") ? "warning" : "ok";
}
