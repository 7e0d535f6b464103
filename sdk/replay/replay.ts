/** Replaying a run: what happened, and whether what was recorded still holds. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { runBranchName } from "../branch-names.js";
import { runOf } from "../branch-record.js";
import { branchRecord } from "../core/branches.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { CapsuleError, throwIfAborted } from "../errors.js";
import { isoTime } from "../iso-time.js";
import type { Masker } from "../redact/masker.js";
import type { Session } from "../session.js";
import { checkToolCalls } from "./pairs.js";
import { checkPolicies } from "./policies.js";
import { checkCheckpoints, checkReferences } from "./references.js";
import { Findings, type ReplayReport, type TimelineEntry } from "./report.js";
import { checkRetrievals } from "./retrieval.js";
import { branchNames, loadRun, type ReplayOptions, type RunEvent, type RunScene } from "./run-events.js";
import { summarize } from "./summary.js";

/** `capsule.replay()`. */
export async function replayRun(session: Session, options: ReplayOptions): Promise<ReplayReport> {
  const { createMasker } = await import("../redact/masker.js");
  const masker = createMasker();
  const scene = await loadRun(session, options);
  const findings = await check(scene);
  const { checks, unchecked } = findings;
  const report: ReplayReport = {
    run_id: scene.runId,
    spec_id: await specOf(scene),
    branches: branchNames(scene),
    as_of: options.asOf ?? null,
    sequence: scene.endSequence,
    timeline: scene.events.map((event) => timelineEntry(event, masker)),
    checks,
    unchecked,
    passed: checks.every(({ passed }) => passed),
  };
  return masked(report, masker, options.allowUri === true);
}

async function check(scene: RunScene): Promise<Findings> {
  const findings = new Findings();
  for (const event of scene.events) {
    throwIfAborted(scene.signal, "replay the run");
    scene.session.requireOpen();
    await checkPolicies(scene, event, findings);
    await checkReferences(scene, event, findings);
    await checkCheckpoints(scene, event, findings);
  }
  checkToolCalls(scene, findings);
  await checkRetrievals(scene, findings);
  return findings;
}

/** The spec that the run's branch was made for, else that of its events. */
async function specOf({ session, runId, events }: RunScene): Promise<string | null> {
  const branch = await session.findBranch(runBranchName(runId));
  const owner = branch === null || branch === MAIN_BRANCH ? null : runOf(await branchRecord(session.core, branch));
  return owner?.specId ?? events.find(({ specId }) => specId !== null)?.specId ?? null;
}

function timelineEntry(event: RunEvent, masker: Masker): TimelineEntry {
  const { uri, type, atMs, stage, branch, sequence } = event;
  // By member names too: "password: x" of a payload isn't told by the line alone.
  const payload = masker.maskJson(event.payload).value as JsonObject;
  const summary = summarize(type, payload);
  return { uri, event_type: type, timestamp: isoTime(atMs), stage, branch, sequence, summary };
}

/** The report without secrets and personal data. @throws CapsuleError `SecretInName` for a URI that holds one */
function masked(report: ReplayReport, masker: Masker, allowUri: boolean): ReplayReport {
  const { value, uriFindings } = masker.maskJson(report as unknown as JsonValue);
  const [found] = uriFindings;
  if (found === undefined || allowUri) return value as unknown as ReplayReport;
  throw new CapsuleError(
    "SecretInName",
    `Cannot give out the replay of ${report.run_id}: a URI at ${found.pointer} holds what looks like ${found.rule}`,
    {
      hint: "A URI can't be masked. Permit it if it is harmless.",
      details: { rule: found.rule, pointer: found.pointer },
    },
  );
}
