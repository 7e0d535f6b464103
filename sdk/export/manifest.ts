/** What an export says of itself. */

import { canonicalJson } from "../canonical-json.js";
import { AnalyzerId } from "../core/exports.js";
import { CapsuleError } from "../errors.js";
import type { ExportManifest } from "../schema/export.js";
import type { Session } from "../session.js";
import type { BuiltContent } from "./builder.js";
import type { ExportFormat, Omission, OpenExport } from "./options.js";
import { goldenUri, MANIFEST_VERSION, manifestUri, omissionsUri, redactionsUri } from "./places.js";
import type { RunSource } from "./run-source.js";

export const MAX_MANIFEST_BYTES = 1024 * 1024;
/** What the manifest itself lists of omissions; all are beside it, if there are more. */
const MAX_LISTED_UNITS = 256 * 1024;

/** What is taken over of a run: docs/export.md. */
export const exportTracks = [
  "artifacts",
  "evidence",
  "checkpoints",
  "policies",
  "retrieval",
  "gates",
  "errors",
  "audit",
  "model_calls",
  "aliases",
  "manifest",
] as const;

/** What the manifest needs to know besides what was built. */
export interface ManifestFacts {
  readonly source: Session;
  readonly run: RunSource;
  /** Of the source, when the export began. */
  readonly sequence: number;
  readonly root: string;
  readonly format: ExportFormat;
  readonly exportedAt: string;
  readonly safe: boolean;
  readonly encrypted: boolean;
  readonly hasGolden: boolean;
  readonly hasRedactions: boolean;
}

/** The manifest's canonical text, and what of the omissions it doesn't list. */
export function describeExport(facts: ManifestFacts, built: BuiltContent): { text: string; isComplete: boolean } {
  const { source, run } = facts;
  const { workspaceId, capsuleId, analyzerId } = source.info;
  const { leftOut, contentBytes, ...counts } = built.counts;
  const listed = listable(built.omissions);
  const isComplete = listed.length === built.omissions.length;
  const manifest: ExportManifest = {
    schema_version: MANIFEST_VERSION,
    format: facts.format,
    workspace_id: workspaceId,
    source: { capsule_id: capsuleId, sequence: facts.sequence, root: facts.root, branch: run.branchName },
    filter: { spec_id: run.run.specId, run_id: run.run.runId },
    branch: built.branchName,
    content_sequence: built.sequence,
    exported_at: facts.exportedAt,
    counts: { ...counts, content_bytes: contentBytes, left_out: leftOut },
    tracks: [...exportTracks],
    safe: facts.safe,
    encrypted: facts.encrypted,
    analyzer: { name: analyzerId === AnalyzerId.english ? "english" : "plain" },
    golden_uri: facts.hasGolden ? goldenUri(workspaceId) : null,
    redactions_uri: facts.hasRedactions ? redactionsUri(workspaceId) : null,
    omissions: listed.map(({ uri, reason }) => ({ uri, reason })),
    omission_count: built.omissions.length,
    omissions_uri: isComplete ? null : omissionsUri(workspaceId),
  };
  return { text: canonicalJson(manifest, "the manifest"), isComplete };
}

/** As many as the manifest has room for. */
function listable(omissions: readonly Omission[]): readonly Omission[] {
  let units = 0;
  for (const [index, { uri, reason }] of omissions.entries()) {
    units += uri.length + reason.length;
    if (units > MAX_LISTED_UNITS) return omissions.slice(0, index);
  }
  return omissions;
}

/**
 * What an export says of itself: which run it holds, of which capsule, what is missing and why. Nobody vouches for it but the file's
 * digest or its signature.
 *
 * @throws CapsuleError `Corrupted` if the capsule isn't an export, or its manifest isn't one
 * @example const { filter, safe } = await readManifest(await Capsule.open("capsule.mv2"));
 */
export async function readManifest(capsule: OpenExport): Promise<ExportManifest> {
  const main = await capsule.snapshot({ branch: "main" });
  const uri = manifestUri(capsule.info.workspaceId);
  const text = await main.get(uri, { as: "text", maxBytes: MAX_MANIFEST_BYTES });
  const { manifestSchema, schemaFaults } = await import("../schema/export.js");
  if (text === null) throw notAnExport(capsule, `it has no ${uri}`);
  const value = tryParse(text);
  const faults = schemaFaults(manifestSchema, value);
  if (faults.length > 0) throw notAnExport(capsule, faults.join("; "));
  return value as ExportManifest;
}

/** The value of a JSON text; undefined if it isn't one. */
export function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notAnExport(capsule: OpenExport, reason: string): CapsuleError {
  return new CapsuleError("Corrupted", `Cannot read ${JSON.stringify(capsule.info.path)} as an export: ${reason}`, {
    hint: "Only what was exported can be imported.",
  });
}
