/** Exporting a run: a capsule of its own, beside its place until all of it and the event that tells of it are durable. */

import type { JsonObject } from "../../runtimes/contract.js";
import { encodeHex, encodeUtf8 } from "../../runtimes/std.js";
import type { EncryptOptions } from "../age/encrypt.js";
import { canonicalJson } from "../canonical-json.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { argumentError, CapsuleError, throwIfAborted } from "../errors.js";
import { toCapsuleError } from "../machine-errors.js";
import type { Uri } from "../uri.js";
import type { CapsuleWriter } from "../writer.js";
import { type BuiltContent, ExportBuilder, type Signature } from "./builder.js";
import { checkDestination, type Destination, destinationOf } from "./destination.js";
import { goldenJson } from "./golden.js";
import { describeExport, exportTracks } from "./manifest.js";
import type { ExportOptions, ExportParts, ExportResult } from "./options.js";
import { type FinishedFile, OutputFile } from "./output-file.js";
import { Pace } from "./pace.js";
import { goldenUri, manifestUri, omissionsUri, redactionsUri } from "./places.js";
import type { RecordTransform } from "./record-transform.js";
import { findRun, type RunSource } from "./run-source.js";

const CAPSULE_ID_BYTES = 16;
const DEFAULT_ACTOR = "speckit-capsule";

/** One export on its way: what was asked for, and what was found. */
interface Job {
  readonly writer: CapsuleWriter;
  readonly options: ExportOptions;
  readonly encrypted: boolean;
  readonly safe: boolean;
  readonly transform: RecordTransform | null;
  readonly run: RunSource;
  readonly destination: Destination;
  readonly atMs: number;
  readonly capsuleId: string;
}

/**
 * `export()`: to be run by the queue. What waits is committed first. The file appears last, in one step, when the event that tells of it
 * is durable: there is never a file without its event. On any failure before, nothing is left of it.
 */
export async function exportNow(
  writer: CapsuleWriter,
  options: ExportOptions,
  parts: ExportParts = {},
): Promise<ExportResult> {
  writer.requireWritable();
  const { encrypt: encrypted = true, safe = true } = options;
  const transform = await transformFor(writer, options, parts);
  await checkGoldenQueries(options);
  const { session, runtime } = writer.parts;
  const atMs = writer.parts.clock();
  await writer.commitPending(atMs);
  const run = await findRun(session, options);
  const destination = destinationOf(runtime, options, run.run, encrypted);
  checkDestination(runtime, destination, session.file.identity(), options.force === true);
  throwIfAborted(options.signal, "export the run");
  const capsuleId = encodeHex(writer.parts.random(CAPSULE_ID_BYTES));
  const job = { writer, options, encrypted, safe, transform, run, destination, atMs, capsuleId };
  const encryption = encrypted ? await encryptionOf(job) : null;
  const output = await OutputFile.create(runtime, destination.path, writer.parts.random, encryption);
  try {
    const built = await build(job, output);
    const finished = output.finish();
    throwIfAborted(options.signal, "export the run");
    const eventUri = await tell(job, built, finished);
    output.publish();
    return resultOf(job, built, finished, eventUri);
  } catch (error) {
    output.discard();
    throw toCapsuleError(error, `export the run ${JSON.stringify(run.run.runId)}`);
  }
}

async function transformFor(
  { captureMode }: CapsuleWriter,
  { safe = true, allowUri = false }: ExportOptions,
  parts: ExportParts,
): Promise<RecordTransform | null> {
  if (typeof allowUri !== "boolean") throw argumentError("allowUri", "true or false", allowUri);
  if (!safe) return null;
  if (parts.transform !== undefined) return parts.transform;
  const { RecordMasking } = await import("./mask-records.js");
  return new RecordMasking({ captureMode, allowUri });
}

async function checkGoldenQueries({ golden }: ExportOptions): Promise<void> {
  if (golden === undefined || golden.length === 0) return;
  const { goldenQueriesSchema, schemaFaults } = await import("../schema/export.js");
  const faults = schemaFaults(goldenQueriesSchema, { queries: golden });
  if (faults.length === 0) return;
  throw new CapsuleError("InvalidArgument", `Cannot use the golden queries: ${faults.join("; ")}`, {
    hint: 'Give {"queries": [{"query": "…"}]}.',
    details: { faults },
  });
}

async function encryptionOf({ writer, options }: Job): Promise<EncryptOptions> {
  const { recipients, workFactor } = options;
  const passphrase = typeof options.passphrase === "function" ? await options.passphrase() : options.passphrase;
  return {
    random: writer.parts.random,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(recipients === undefined ? {} : { recipients }),
    ...(workFactor === undefined ? {} : { workFactor }),
  };
}

interface Built extends BuiltContent {
  readonly signature: Signature | null;
}

async function build(job: Job, { file }: OutputFile): Promise<Built> {
  const { writer, options, transform, run, atMs, capsuleId } = job;
  const { session, settings } = writer.parts;
  const { sequence, root } = { sequence: session.info.headSequence, root: session.info.root };
  const identity = { ...session.info, capsuleId, createdAtMs: atMs };
  const pace = new Pace(options);
  const builder = await ExportBuilder.create(session, run, { file, identity, settings }, transform, pace);
  const built = await builder.buildContent(atMs);
  const { workspaceId } = session.info;
  checkNames(transform, run, built, workspaceId);
  const golden = options.golden ?? [];
  if (golden.length > 0) builder.putOwn(goldenUri(workspaceId), await goldenJson(built, golden, transform), atMs);
  const receipts = transform === null ? null : jsonLines(transform.receipts(), "a receipt");
  if (receipts !== null) builder.putOwn(redactionsUri(workspaceId), receipts, atMs);
  const described = describeExport(
    {
      source: session,
      run,
      sequence,
      root,
      format: job.encrypted ? "mv2e-v1" : "mv2-v1",
      exportedAt: new Date(atMs).toISOString(),
      safe: job.safe,
      encrypted: job.encrypted,
      hasGolden: golden.length > 0,
      hasRedactions: receipts !== null,
    },
    built,
  );
  if (!described.isComplete) {
    builder.putOwn(omissionsUri(workspaceId), jsonLines(built.omissions, "an omission"), atMs);
  }
  builder.putOwn(manifestUri(workspaceId), described.text, atMs);
  builder.commitOwn(atMs);
  const signature = options.signKey === undefined ? null : await builder.sign(options.signKey, atMs);
  builder.finish();
  return { ...built, signature };
}

/** Looks at what the manifest tells by name. */
function checkNames(transform: RecordTransform | null, run: RunSource, built: BuiltContent, workspaceId: string): void {
  const { specId, runId } = run.run;
  transform?.checkName?.(workspaceId, "the workspace's id");
  transform?.checkName?.(`${specId}/${runId}`, "the spec and the run");
  transform?.checkName?.(run.branchName, "the branch's name");
  for (const { uri } of built.omissions) transform?.checkName?.(uri, "a URI that is omitted");
}

function jsonLines(values: Iterable<object>, what: string): Uint8Array {
  const lines: string[] = [];
  for (const value of values) lines.push(`${canonicalJson(value, what)}\n`);
  return encodeUtf8(lines.join(""));
}

/** Commits the events that tell of the export. They stand on main, under the run: on its branch the next export would hold them. */
async function tell(job: Job, built: BuiltContent, { digest }: FinishedFile): Promise<Uri> {
  const { writer, options, transform, run, atMs } = job;
  const actor = options.actor ?? DEFAULT_ACTOR;
  const where = { place: run.run, branch: MAIN_BRANCH, stage: undefined, atMs };
  const redactions = transform?.summary();
  const eventUri = writer.storeOwnEvent(
    "CapsuleExported",
    {
      run_id: run.run.runId,
      spec_id: run.run.specId,
      destination_type: "file",
      destination: job.destination.recorded,
      format: job.encrypted ? "mv2e-v1" : "mv2-v1",
      checkpoints_included: [...built.checkpointIds],
      included_tracks: [...exportTracks],
      sanitized: job.safe,
      encrypted: job.encrypted,
      exported_at: new Date(atMs).toISOString(),
      content_hash: digest,
      actor,
      ...(redactions === undefined ? {} : { redactions: redactions as never }),
    },
    where,
  );
  if (options.pin === true) {
    writer.storeOwnEvent("ExportPinned", { content_hash: digest, path: job.destination.recorded, actor }, where);
  }
  await writer.commitPending(atMs);
  return eventUri;
}

function resultOf(job: Job, built: Built, finished: FinishedFile, eventUri: Uri): ExportResult {
  const { counts, omissions } = built;
  const redactions: JsonObject | null = job.transform?.summary() ?? null;
  return {
    outputPath: job.destination.path,
    format: job.encrypted ? "mv2e-v1" : "mv2-v1",
    bytesWritten: finished.sizeBytes,
    artifactCount: counts.artifacts,
    checkpointCount: counts.checkpoints,
    eventCount: counts.events,
    contentHash: finished.digest,
    encrypted: job.encrypted,
    safe: job.safe,
    redactions,
    signature: built.signature,
    omissions,
    capsuleId: job.capsuleId,
    eventUri,
  };
}
