/** The events of a run, wherever they lie: on its branch, and on main what was merged or recorded about it. */

import { MAIN_BRANCH_NAME, normalizeBranchName, runBranchName } from "../branch-names.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "../core/exports.js";
import { CapsuleError } from "../errors.js";
import { describeEvent, readPayload, requireCheckpoint, scanKind } from "../event-reader.js";
import type { CapsuleEvent } from "../events.js";
import type { Session } from "../session.js";
import { normalizeRunId, parseUri } from "../uri.js";

export interface ReplayOptions {
  /** `run_abc` and `abc` are the same run. */
  readonly runId: string;
  /** Only what was committed up to this checkpoint: an id or else a label, on the run's branch or on main. */
  readonly asOf?: string;
  /** Only what this branch shows, such as `main` for what was merged. Default: the run's branch and main. */
  readonly branch?: string;
  /** Permits what looks like a secret in URIs, which can't be masked. Default false. */
  readonly allowUri?: boolean;
  readonly signal?: AbortSignal;
}

/** An event with its place in the capsule. */
export interface RunEvent extends CapsuleEvent {
  readonly branchNumber: number;
  readonly recordNumber: number;
}

/** A run as it is replayed. */
export interface RunScene {
  readonly session: Session;
  readonly runId: string;
  /** Numbers of the branches that are looked at. */
  readonly branches: readonly number[];
  /** The commit that the timeline ends at. */
  readonly endSequence: number;
  /** Up to there, in the order in which they were stored. */
  readonly events: readonly RunEvent[];
  /** Up to the newest commit: what answers an event may have come later. */
  readonly allEvents: readonly RunEvent[];
  readonly signal: AbortSignal | undefined;
}

/** @throws CapsuleError `NotFound` for a run that left nothing; `UnknownBranch`, `UnknownCheckpoint`, `Aborted` */
export async function loadRun(session: Session, options: ReplayOptions): Promise<RunScene> {
  const runId = normalizeRunId(options.runId);
  await session.beforeRead();
  const runBranch = await session.findBranch(runBranchName(runId));
  const branches = await chooseBranches(session, options.branch, runBranch);
  const head = session.info.headSequence;
  const endSequence = options.asOf === undefined ? head : await checkpointSequence(session, options.asOf, branches);
  const { signal } = options;
  const allEvents = await readRun(session, runId, branches, head, signal);
  if (allEvents.length === 0 && runBranch === null) {
    throw new CapsuleError("NotFound", `Cannot replay the run ${JSON.stringify(runId)}: there is none`, {
      hint: 'Run "speckit capsule branches" to see which there are.',
      details: { run_id: runId },
    });
  }
  const events = endSequence === head ? allEvents : await readRun(session, runId, branches, endSequence, signal);
  return { session, runId, branches, endSequence, events, allEvents, signal };
}

async function chooseBranches(session: Session, wanted: string | undefined, run: number | null): Promise<number[]> {
  if (wanted !== undefined) return [await session.requireBranch(normalizeBranchName(wanted))];
  return run === null || run === MAIN_BRANCH ? [MAIN_BRANCH] : [run, MAIN_BRANCH];
}

/** The commit of a checkpoint on one of the branches: the first that has it, the first one's complaint if none has. */
async function checkpointSequence(session: Session, name: string, branches: readonly number[]): Promise<number> {
  let complaint: unknown;
  for (const branch of branches) {
    try {
      return (await requireCheckpoint(session, name, { branch, sequence: AT_HEAD })).sequence;
    } catch (error) {
      complaint ??= error;
    }
  }
  throw complaint;
}

async function readRun(
  session: Session,
  runId: string,
  branches: readonly number[],
  sequence: number,
  signal: AbortSignal | undefined,
): Promise<RunEvent[]> {
  const branchName = runBranchName(runId);
  const found = new Map<number, RunEvent>();
  for (const branch of branches) {
    for await (const record of scanKind(session, RecordKind.EVENT, { branch, sequence }, { signal })) {
      if (found.has(record.recordNumber)) continue;
      const head = describeEvent(session, record);
      const isOfRun = head.runId === runId || (head.runId === null && head.branch === branchName);
      if (!isOfRun) continue;
      const { branch: branchNumber, recordNumber } = record;
      const payload = await readPayload(session, record);
      found.set(recordNumber, { ...head, payload, branchNumber, recordNumber });
    }
  }
  return [...found.values()].sort((a, b) => eventNumber(a) - eventNumber(b));
}

/** Events are counted through the whole capsule, whatever branch they are on. */
function eventNumber({ uri }: CapsuleEvent): number {
  return Number(parseUri(uri).path);
}

/** The names of the branches of a scene. */
export function branchNames({ session, branches }: RunScene): string[] {
  return branches.map((branch) => (branch === MAIN_BRANCH ? MAIN_BRANCH_NAME : session.branchName(branch)));
}
