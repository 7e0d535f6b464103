/** Exporting a run when a pipeline ends, as the configuration says. */

import { MAIN_BRANCH } from "../core/exports.js";
import { argumentError, type CapsuleError } from "../errors.js";
import { toCapsuleError } from "../machine-errors.js";
import { type ExportMode, exportModes } from "../options.js";
import type { CapsuleWriter } from "../writer.js";
import { exportNow } from "./export.js";
import type { ExportOptions, ExportParts, ExportResult } from "./options.js";

const PASSPHRASE_VARIABLE = "SPECKIT_MEMVID_PASSPHRASE";

/** What a pipeline knows of a run at its end. */
export interface AutomaticExportOptions
  extends Pick<
    ExportOptions,
    | "runId"
    | "specId"
    | "branch"
    | "out"
    | "dir"
    | "workspaceDir"
    | "passphrase"
    | "recipients"
    | "golden"
    | "signKey"
    | "actor"
    | "signal"
  > {
  /** `capsule.export.mode` of the configuration. Default `risk`. */
  readonly mode?: ExportMode;
  readonly highRisk?: boolean;
  readonly judgeRequested?: boolean;
  readonly auditHandoff?: boolean;
}

export interface AutomaticExportResult {
  /** Null if none was due, or it failed. */
  readonly exported: ExportResult | null;
  /** Why none was due: the mode, or nothing called for it. */
  readonly skipped: "manual" | "no-risk" | null;
  /** Why it failed; an `ErrorEvent` in the capsule says so too. */
  readonly error: CapsuleError | null;
}

/**
 * `maybeExport()`: exports encrypted and masked, over an earlier export of the run, and never asks anything. Without recipients the
 * passphrase is the environment's. A failure is told, in the answer and by an event; it isn't thrown.
 */
export async function exportAutomatically(
  writer: CapsuleWriter,
  options: AutomaticExportOptions,
  parts: ExportParts = {},
): Promise<AutomaticExportResult> {
  const { mode = "risk", highRisk, judgeRequested, auditHandoff, ...rest } = options;
  if (!exportModes.includes(mode)) throw argumentError("mode", exportModes.join(", "), mode);
  if (mode === "manual") return { exported: null, skipped: "manual", error: null };
  const isDue = mode === "always" || highRisk === true || judgeRequested === true || auditHandoff === true;
  if (!isDue) return { exported: null, skipped: "no-risk", error: null };
  try {
    const secrets = secretsOf(writer, rest);
    const exported = await exportNow(writer, { ...rest, ...secrets, encrypt: true, safe: true, force: true }, parts);
    return { exported, skipped: null, error: null };
  } catch (error) {
    const failure = toCapsuleError(error, "export the run");
    await tellFailure(writer, options, failure);
    return { exported: null, skipped: null, error: failure };
  }
}

function secretsOf(writer: CapsuleWriter, { passphrase, recipients = [] }: AutomaticExportOptions) {
  if (recipients.length > 0 || passphrase !== undefined) return {};
  const found = writer.parts.runtime.environment.variable(PASSPHRASE_VARIABLE);
  return found === undefined || found === "" ? {} : { passphrase: found };
}

/** A handle that can't write any more can't tell, either: then the answer alone does. */
async function tellFailure(
  writer: CapsuleWriter,
  { specId, runId }: AutomaticExportOptions,
  failure: CapsuleError,
): Promise<void> {
  try {
    writer.requireWritable();
    const atMs = writer.parts.clock();
    const place = specId === undefined ? null : writer.placement.specRun(specId, runId);
    writer.storeOwnEvent(
      "ErrorEvent",
      {
        error_code: failure.code,
        message: failure.message,
        severity: "error",
        component: "export",
        recoverable: true,
      },
      { place, branch: MAIN_BRANCH, stage: undefined, atMs },
    );
    await writer.commitPending(atMs);
  } catch {
    // The failure that came first is the one to tell.
  }
}
