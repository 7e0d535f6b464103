import { tokenizerFor } from "./analyze.js";
import { type Batch, readBatch } from "./batch.js";
import { type OpenCapsule, openCapsule, readChain } from "./capsule.js";
import { checkCommitSums } from "./counters.js";
import { documentsByExceptions, type Exception, exceptionsOf } from "./exceptions.js";
import { attempt, CapsuleFailure } from "./failure.js";
import type { Tokenize } from "./fields.js";
import { History } from "./history.js";
import { brokenWriterRules } from "./rules.js";
import { readSegmentData } from "./segment.js";
import { checkSegment } from "./segment-check.js";
import { checkSameCounts, signaturesOf } from "./signature-check.js";
import { documents } from "./view.js";

/**
 * What verification has to say. `error`: the file contradicts the format. `warning`: something isn't live (dead tail, passed-over batch), or
 * a signature doesn't hold.
 * `notice`: a rule for writers was broken.
 */
export interface Finding {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly offset: number | undefined;
}

export interface Verification {
  readonly findings: readonly Finding[];
  readonly capsule: OpenCapsule | undefined;
  /** The history, where all of it could be read. */
  readonly history: History | undefined;
}

/** Views are compared in all commits if there are at most this many, else in the newest of each branch. */
const EVERY_VIEW_COMMITS = 100;

/** Verifies everything that part 8.4 lists. Doesn't throw on any bytes; an analyzer that isn't known here is an error too. */
export function verifyCapsule(file: Uint8Array): Verification {
  const findings: Finding[] = [];
  const check = <T>(step: () => T): T | undefined => {
    const outcome = attempt(step);
    if ("value" in outcome) return outcome.value;
    findings.push(findingOf(outcome.failure, "error"));
    return undefined;
  };
  const capsule = check(() => openCapsule(file));
  if (!capsule) return { findings, capsule, history: undefined };
  const { deadTail, passedOver } = capsule;
  if (passedOver) findings.push(findingOf(passedOver.reason, "warning"));
  if (deadTail)
    findings.push({
      level: "warning",
      message: `dead tail of ${deadTail.end - deadTail.start} bytes`,
      offset: deadTail.start,
    });
  const history = readHistoryChecked(capsule, check);
  if (!history) return { findings, capsule, history };
  for (const { body } of history.commits) check(() => checkCommitSums(history, body.sequence));
  const tokenize = check(() => tokenizerFor(capsule.superblock));
  if (tokenize) checkSegments(capsule, history, tokenize, check);
  if (findings.every(({ level }) => level !== "error")) checkViews(history, check);
  for (const [i, batch] of history.batches.entries()) check(() => checkSameCounts(batch, history.batches[i - 1]));
  const signatures = check(() => signaturesOf(history, capsule.superblock, capsule.root0)) ?? [];
  for (const { fault, offset } of signatures) {
    if (fault) findings.push({ level: "warning", message: `a signature doesn't hold: ${fault}`, offset });
  }
  for (const rule of brokenWriterRules(history)) findings.push({ level: "notice", ...rule });
  return { findings, capsule, history };
}

type Check = <T>(step: () => T) => T | undefined;

function findingOf(failure: CapsuleFailure, level: Finding["level"]): Finding {
  return { level, message: failure.message, offset: failure.offset };
}

/** Reads batch after batch. One that is damaged is reported, and the ones behind it are checked by themselves, without their records. */
function readHistoryChecked(capsule: OpenCapsule, check: Check): History | undefined {
  const chain = check(() => readChain(capsule));
  if (!chain) return undefined;
  const history = new History();
  let whole = true;
  for (const commit of chain) {
    const batch = check(() => readBatch(capsule.file, commit, capsule.root0));
    whole = whole && batch !== undefined && check(() => appendBatch(history, batch)) === true;
  }
  return whole ? history : undefined;
}

function appendBatch(history: History, batch: Batch): true {
  history.append(batch);
  return true;
}

/** The segments of every list lie where they should; the live ones agree with their records. */
function checkSegments(capsule: OpenCapsule, history: History, tokenize: Tokenize, check: Check): void {
  const { file, root0 } = capsule;
  const commits = history.commits.filter(({ body }) => body.segments);
  const live = commits.at(-1)?.body.segments ?? [];
  const seen = new Map<string, Uint8Array | undefined>();
  for (const { body, frame } of commits) {
    for (const segment of body.segments ?? []) {
      const key = JSON.stringify([
        segment.firstExtentOffset,
        segment.dataBytes,
        [...segment.root],
        segment.maskedExtents,
      ]);
      if (!seen.has(key))
        seen.set(
          key,
          check(() => readSegmentData(file, root0, history.frames, segment, frame.offset)),
        );
      const data = seen.get(key);
      if (!data || !live.includes(segment)) continue;
      for (const failure of check(() => checkSegment(history, segment, data, tokenize)) ?? []) {
        check(() => {
          throw failure;
        });
      }
    }
  }
}

/** Both definitions of a view's documents (part 9) give the same. */
function checkViews(history: History, check: Check): void {
  const exceptions = exceptionsOf(history, 0, history.records.length);
  const newest = history.commits.length;
  for (const { branch } of history.branches) {
    const oldest = newest <= EVERY_VIEW_COMMITS ? 1 : newest;
    for (let sequence = oldest; sequence <= newest; sequence++)
      check(() => compareViews(history, branch, sequence, exceptions));
  }
}

function compareViews(history: History, branch: number, sequence: number, exceptions: readonly Exception[]): void {
  const view = { branch, sequence };
  const byUri = documents(history, view).map(({ number }) => number);
  const byException = documentsByExceptions(history, view, exceptions).map(({ number }) => number);
  if (byUri.join() === byException.join()) return;
  throw new CapsuleFailure(
    "corrupt",
    `view (${branch}, ${sequence}) shows documents ${byUri} by URI, ${byException} by exceptions`,
  );
}
