/** Commits with a name: checkpoints, manual and of stages. */

import { atOnce } from "./aliases.js";
import { plainAttributes } from "./attributes.js";
import { isWellFormed } from "./canonical-json.js";
import { newCheckpointId } from "./checkpoint-ids.js";
import { MAIN_BRANCH, RecordKind, WITH_PENDING } from "./core/exports.js";
import { findCheckpointId, findLabel } from "./core/reads.js";
import { checkTexts, putRecord } from "./core/writes.js";
import { argumentError, CapsuleError } from "./errors.js";
import type { Checkpoint, CommitOptions, CommitResult, StageOptions } from "./history.js";
import type { SpecRun } from "./placement.js";
import type { Uri } from "./uri.js";
import type { CapsuleWriter } from "./writer.js";

const MAX_LABEL_BYTES = 256;

const encoder = new TextEncoder();

/** What a checkpoint is to say of itself. */
export interface CheckpointInput {
  readonly label: string | undefined;
  readonly force: boolean;
  readonly stage: string | undefined;
  readonly gitCommit: string | undefined;
  readonly place: SpecRun | null;
  /** Default: the place's. */
  readonly branch?: number;
  /** The branch whose merge it marks. */
  readonly mergedFrom?: string;
  readonly atMs: number;
}

export type StoredCheckpoint = Omit<Checkpoint, "sequence">;

/** `commit()`: makes what waits durable, with a manual checkpoint if there is a label. */
export async function commitNow(writer: CapsuleWriter, options: CommitOptions): Promise<CommitResult> {
  writer.requireWritable();
  const { label, force = false, gitCommit } = options;
  const atMs = writer.parts.clock();
  let stored: StoredCheckpoint | null = null;
  if (label !== undefined) {
    const place = writer.placement.specRun(options.specId, options.runId);
    stored = storeCheckpoint(writer, { label, force, stage: undefined, gitCommit, place, atMs });
  }
  const committed = await writer.commitPending(atMs);
  const { headSequence, root } = writer.parts.session.info;
  const checkpoint = stored === null ? null : { ...stored, sequence: headSequence };
  return { sequence: headSequence, root, committed, checkpoint };
}

/** `commitStage()`: a checkpoint and its event, in one commit with what waits. */
export async function commitStageNow(writer: CapsuleWriter, options: StageOptions): Promise<Checkpoint> {
  writer.requireWritable();
  const { stage, label, force = false, gitCommit, policyId, policyHash, policyUri } = options;
  if (typeof stage !== "string" || stage === "" || !isWellFormed(stage)) {
    throw argumentError("stage", "the name of a stage", stage);
  }
  const atMs = writer.parts.clock();
  const place = writer.placement.specRun(options.specId, options.runId);
  const isGiven = policyId !== undefined || policyHash !== undefined || policyUri !== undefined;
  const branch = writer.branches.check(place);
  // What a branch that isn't there yet sees is main.
  const inForce = isGiven ? {} : await writer.policy.members(branch ?? MAIN_BRANCH);
  const stored = storeCheckpoint(writer, { label, force, stage, gitCommit, place, atMs });
  const payload = {
    stage,
    checkpoint_id: stored.id,
    ...inForce,
    ...(policyId === undefined ? {} : { policy_id: policyId }),
    ...(policyHash === undefined ? {} : { policy_hash: policyHash }),
    ...(policyUri === undefined ? {} : { policy_uri: policyUri }),
  };
  const where = { place, branch: writer.branches.forRun(place, atMs), stage, atMs };
  writer.storeOwnEvent("StageTransition", payload, where);
  await writer.commitPending(atMs);
  return { ...stored, sequence: writer.parts.session.info.headSequence };
}

/** Stores a checkpoint; the commit is the caller's. */
export function storeCheckpoint(writer: CapsuleWriter, input: CheckpointInput): StoredCheckpoint {
  const { label, stage, gitCommit, place, atMs } = input;
  const existing = input.branch ?? writer.branches.check(place);
  if (label !== undefined) checkLabel(writer, label, existing, input.force);
  for (const name of [label, stage]) if (name !== undefined) writer.refuseSecretIn("label", name);
  if (gitCommit !== undefined && typeof gitCommit !== "string") throw argumentError("gitCommit", "a hash", gitCommit);
  const isManual = stage === undefined;
  const attributesJson = plainAttributes({
    commit_hash: gitCommit,
    is_manual: isManual,
    merged_from: input.mergedFrom,
    stage,
  });
  checkTexts(label ?? "", attributesJson);
  const branch = existing ?? writer.branches.forRun(place, atMs);
  const id = newCheckpointId(atMs, writer.parts.random, (candidate) => isTaken(writer, branch, candidate));
  const uri: Uri = writer.placement.internalUri("checkpoint", place, id);
  const { core } = writer.parts.session;
  const title = label ?? "";
  putRecord(
    core,
    { kind: RecordKind.CHECKPOINT, tag: 0, isDocument: false, branch, atMs, uri, title, attributesJson },
    "",
  );
  return {
    id,
    uri,
    label: label ?? null,
    stage: stage ?? null,
    specId: place?.specId ?? null,
    runId: place?.runId ?? null,
    commitHash: gitCommit ?? null,
    isManual,
    branch: writer.parts.session.branchName(branch),
    atMs,
  };
}

/** @param branch null if it isn't there yet, and so has no labels */
function checkLabel(writer: CapsuleWriter, label: string, branch: number | null, force: boolean): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (typeof label !== "string" || label === "" || !isWellFormed(label) || /[\u0000-\u001f\u007f-\u009f]/.test(label)) {
    throw argumentError("label", "text without control characters", label);
  }
  if (encoder.encode(label).length > MAX_LABEL_BYTES) {
    throw new CapsuleError("TooLarge", `Cannot use the label: it has more than ${MAX_LABEL_BYTES} bytes`);
  }
  if (force || branch === null) return;
  const found = atOnce(findLabel(writer.parts.session.core, label, { branch, sequence: WITH_PENDING }));
  if (found === null) return;
  throw new CapsuleError(
    "DuplicateLabel",
    `Cannot use the label ${JSON.stringify(label)}: checkpoint ${found.uri} has it on this branch`,
    {
      hint: "Choose another label, or commit with force: true to let it name the new checkpoint.",
      details: { label, checkpointUri: found.uri },
    },
  );
}

function isTaken(writer: CapsuleWriter, branch: number, id: string): boolean {
  return atOnce(findCheckpointId(writer.parts.session.core, id, { branch, sequence: WITH_PENDING })) !== null;
}
