/** Whether one file is an export that has had its time. */

import type { FileIdentity, LocalFile, Runtime } from "../../runtimes/contract.js";
import { CapsuleError } from "../errors.js";
import { digestOf } from "../import/copy.js";
import { isRuntimeError } from "../machine-errors.js";
import { manifestOf } from "../mounts/manifest.js";
import { openForReading } from "../open.js";
import { type ExportFile, formOf, openFile } from "./export-files.js";
import type { KnownExports } from "./known-exports.js";

export interface Judgement {
  readonly file: ExportFile;
  readonly verdict: "delete" | "preserve" | "skip";
}

export interface RetentionRules {
  readonly known: KnownExports;
  readonly keepPinned: boolean;
  /** Exports of this time and older go. */
  readonly exportedBeforeMs: number;
  /** What is never deleted. */
  readonly workspace: FileIdentity;
}

/** Looks into a file. What isn't certainly an export, or is at work, is skipped. */
export async function judgeExport(
  runtime: Runtime,
  file: ExportFile,
  rules: RetentionRules,
): Promise<Judgement["verdict"]> {
  if (file.identity === rules.workspace) return "skip";
  try {
    const opened = openFile(runtime, file);
    if (opened === null) return "skip";
    try {
      return await judgeOpened(runtime, file, opened, rules);
    } finally {
      opened.close();
    }
  } catch (error) {
    if (isRuntimeError(error) || error instanceof CapsuleError) return "skip";
    throw error;
  }
}

async function judgeOpened(
  runtime: Runtime,
  file: ExportFile,
  opened: LocalFile,
  { known, keepPinned, exportedBeforeMs }: RetentionRules,
): Promise<Judgement["verdict"]> {
  const form = formOf(opened);
  if (form === null) return "skip";
  const digest = await digestOf(runtime, opened, {});
  if (keepPinned && known.pinned.has(digest)) return "preserve";
  const recorded = known.exportedAtMs.get(digest);
  if (form === "age" && recorded === undefined) return "skip";
  // An export is written once: a capsule that someone has open for writing is none.
  if ((await runtime.locks.inspect(file.path)).state === "held") return "skip";
  const said = recorded ?? (form === "capsule" ? await manifestTime(runtime, opened) : null);
  return (said ?? file.modifiedAtMs) <= exportedBeforeMs ? "delete" : "preserve";
}

/** When a plain capsule says that it was exported; null if it says nothing that can be read. */
async function manifestTime(runtime: Runtime, file: LocalFile): Promise<number | null> {
  try {
    const { session } = await openForReading(file.path, { runtime, file });
    const manifest = await manifestOf(session);
    const time = manifest === null ? Number.NaN : Date.parse(manifest.exported_at);
    return Number.isNaN(time) ? null : time;
  } catch (error) {
    if (error instanceof CapsuleError) return null;
    throw error;
  }
}
