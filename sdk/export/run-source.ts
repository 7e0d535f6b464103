/** Finding a run: the branch that its records stand on, and its moments. */

import { normalizeBranchName, runBranchName } from "../branch-names.js";
import { runOf } from "../branch-record.js";
import { branchRecord, changedRecords } from "../core/branches.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "../core/exports.js";
import { listRecords } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { argumentError, CapsuleError } from "../errors.js";
import { scanKind } from "../event-reader.js";
import type { SpecRun } from "../placement.js";
import { type Session, unknownBranch } from "../session.js";
import { checkSpecId, DEFAULT_RUN, normalizeRunId, parseUri } from "../uri.js";

const PAGE_RECORDS = 256;
/** Runs that an error lists. */
const MAX_LISTED = 20;

/** A run as it stands in a capsule. */
export interface RunSource {
  readonly run: SpecRun;
  readonly branch: number;
  readonly branchName: string;
  /** Whether the branch is the run's own, so that all on it is the run's; else what lies under the run's URIs is. */
  readonly isOwn: boolean;
  /** The commits as of which it can be asked for: those with a checkpoint, and the head. Ascending. */
  readonly moments: readonly number[];
}

/**
 * Finds a run.
 *
 * @throws CapsuleError `UnknownRun` with the runs that there are, `UnknownBranch`, `InvalidArgument`
 */
export async function findRun(
  session: Session,
  wanted: { readonly runId: string; readonly specId?: string | undefined; readonly branch?: string | undefined },
): Promise<RunSource> {
  const runId = normalizeRunId(wanted.runId);
  if (runId === DEFAULT_RUN) {
    throw argumentError(
      "runId",
      "the id of a run",
      wanted.runId,
      "What lies under the run main was put without a run.",
    );
  }
  const specId = wanted.specId === undefined ? undefined : checkSpecId(wanted.specId);
  const branch = await findBranch(session, runId, specId, wanted.branch);
  const isOwn = (await session.learnBranch(branch)) === runBranchName(runId);
  const found = await specOf(session, runId, specId, branch, isOwn);
  const source = { run: { specId: found, runId }, branch, branchName: session.branchName(branch), isOwn };
  return { ...source, moments: await momentsOf(session, source) };
}

async function findBranch(
  session: Session,
  runId: string,
  specId: string | undefined,
  asked: string | undefined,
): Promise<number> {
  if (asked !== undefined) {
    const name = normalizeBranchName(asked);
    const named = await session.findBranch(name);
    if (named === null) throw unknownBranch(name);
    return named;
  }
  const own = await session.findBranch(runBranchName(runId));
  if (own !== null) return own;
  const holding: number[] = [];
  for (let branch = MAIN_BRANCH; branch < session.info.branchCount; branch++) {
    if ((await specOnBranch(session, branch, runId, specId)) !== null) holding.push(branch);
  }
  // Merges and exports leave events of a run on main: it counts where nothing else does.
  if (holding.length > 1 && holding[0] === MAIN_BRANCH) holding.shift();
  const [only, ...others] = holding;
  if (only === undefined) throw await unknownRun(session, runId, specId);
  if (others.length === 0) return only;
  const names = await Promise.all(holding.map((branch) => session.learnBranch(branch)));
  throw argumentError("branch", `one of ${names.join(", ")}, which all hold something of the run`, undefined);
}

/** The spec under which a branch itself holds something of a run, or null. Looks at one URI for each spec, not at all. */
async function specOnBranch(
  session: Session,
  branch: number,
  runId: string,
  specId: string | undefined,
): Promise<string | null> {
  for await (const each of specsOf(session, branch)) {
    if (specId !== undefined && each !== specId) continue;
    if (await first(session, branch, `${workspacePrefix(session)}${each}/${runId}/`, "")) return each;
  }
  return null;
}

/** The specs of what a branch itself holds. Leaps from one to the next. */
async function* specsOf(session: Session, branch: number): AsyncGenerator<string> {
  const prefix = workspacePrefix(session);
  for (let after = ""; ; ) {
    const record = await first(session, branch, prefix, after);
    if (record === null) return;
    const { specId, type } = parseUri(record.uri);
    if (specId !== null) yield specId;
    // Behind everything that begins with this spec, or this type of what belongs to none.
    after = `${prefix}${specId ?? type}0`;
  }
}

const workspacePrefix = (session: Session): string => `mv2://${session.info.workspaceId}/`;

/** The first of the URIs that a branch itself holds, with a prefix and behind another. */
async function first(session: Session, branch: number, prefix: string, after: string): Promise<CoreRecord | null> {
  const [record] = await listRecords(session.core, prefix, after, 1, { branch: ~branch, sequence: AT_HEAD });
  return record ?? null;
}

async function specOf(
  session: Session,
  runId: string,
  wanted: string | undefined,
  branch: number,
  isOwn: boolean,
): Promise<string> {
  const made = isOwn ? runOf(await branchRecord(session.core, branch))?.specId : undefined;
  const found = made ?? (await specOnBranch(session, branch, runId, wanted));
  if (found === null || (wanted !== undefined && found !== wanted)) throw await unknownRun(session, runId, wanted);
  return found;
}

/** The error for a run that isn't there, with those that are. */
async function unknownRun(session: Session, runId: string, specId: string | undefined): Promise<CapsuleError> {
  const runs: string[] = [];
  for (let branch = MAIN_BRANCH + 1; branch < session.info.branchCount && runs.length < MAX_LISTED; branch++) {
    const run = runOf(await branchRecord(session.core, branch));
    if (run !== null) runs.push(`${run.specId}/${run.runId}`);
  }
  const under = specId === undefined ? "" : ` under spec ${JSON.stringify(specId)}`;
  return new CapsuleError("UnknownRun", `Cannot find the run ${JSON.stringify(runId)}${under}`, {
    hint: runs.length === 0 ? "The capsule holds no run." : `There are: ${runs.join(", ")}.`,
    details: { runId, ...(specId === undefined ? {} : { specId }), runs },
  });
}

async function momentsOf(session: Session, source: Omit<RunSource, "moments">): Promise<number[]> {
  const { headSequence } = session.info;
  const sequences = new Set<number>();
  const view = { branch: ~source.branch, sequence: headSequence };
  for await (const record of scanKind(session, RecordKind.CHECKPOINT, view)) {
    if (record.branch === source.branch && belongsTo(session, source, record.uri)) sequences.add(record.sequence);
  }
  return [...sequences.add(headSequence)].sort((a, b) => a - b);
}

/** Whether something on the run's branch is the run's. */
export function belongsTo(session: Session, { isOwn, run }: Omit<RunSource, "moments">, uri: string): boolean {
  return isOwn || uri.startsWith(`${workspacePrefix(session)}${run.specId}/${run.runId}/`);
}

/**
 * What a run shows at each of its moments and didn't show before, in the order in which it was stored: of a URI that was written several
 * times between two moments, the last.
 */
export class RunRecords {
  private next = 0;

  constructor(
    private readonly session: Session,
    private readonly source: RunSource,
  ) {}

  /** What is new at a moment; to be asked moment by moment. */
  async *upTo(sequence: number): AsyncGenerator<CoreRecord, void, undefined> {
    const { core } = this.session;
    for (;;) {
      const page = await changedRecords(core, this.source.branch, sequence, this.next, PAGE_RECORDS);
      for (const record of page.records) if (belongsTo(this.session, this.source, record.uri)) yield record;
      this.next = page.next;
      if (page.records.length < PAGE_RECORDS) return;
    }
  }
}
