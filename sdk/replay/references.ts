/** Whether what events refer to is there. */

import { runBranchName } from "../branch-names.js";
import { findCheckpointId, resolveRecord } from "../core/reads.js";
import { toCheckpoint } from "../event-reader.js";
import { referredCheckpoints, referredUris } from "../event-references.js";
import { isUri, parseUri } from "../uri.js";
import type { Findings } from "./report.js";
import type { RunEvent, RunScene } from "./run-events.js";

/** Whether each URI that an event refers to resolves: when the event was stored, or later. */
export async function checkReferences(scene: RunScene, event: RunEvent, findings: Findings): Promise<void> {
  const uris = referredUris(event.type, event.payload);
  if (uris.length === 0) return;
  const own = uris.filter((uri) => !isForeign(scene, uri));
  const foreign = uris.length - own.length;
  if (foreign > 0) findings.skip("references", event.uri, `${foreign} URIs are of another workspace`);
  if (own.length === 0) return;
  const missing: string[] = [];
  for (const uri of own) if (!(isUri(uri) && (await isThere(scene, event, uri)))) missing.push(uri);
  findings.add(
    "references",
    event.uri,
    missing.map((uri) => `${uri} leads nowhere`),
  );
}

function isForeign({ session }: RunScene, uri: string): boolean {
  return isUri(uri) && parseUri(uri).workspaceId !== session.info.workspaceId;
}

/** Looks as of the event, then at the newest commit, then on the branch of the run that the URI names. */
async function isThere({ session }: RunScene, event: RunEvent, uri: string): Promise<boolean> {
  const head = session.info.headSequence;
  const views = [
    { branch: event.branchNumber, sequence: event.sequence },
    { branch: event.branchNumber, sequence: head },
  ];
  const { runId } = parseUri(uri);
  const branch = runId === null ? null : await session.findBranch(runBranchName(runId));
  if (branch !== null) views.push({ branch, sequence: head });
  for (const view of views) if ((await resolveRecord(session.core, uri, view)) !== null) return true;
  return false;
}

/** Whether each checkpoint that an event refers to is there; that of a stage must be the stage's. */
export async function checkCheckpoints(scene: RunScene, event: RunEvent, findings: Findings): Promise<void> {
  const ids = referredCheckpoints(event.type, event.payload);
  if (ids.length === 0) return;
  const faults: string[] = [];
  for (const id of ids) faults.push(...(await checkpointFaults(scene, event, id)));
  findings.add("checkpoints", event.uri, faults);
}

async function checkpointFaults({ session }: RunScene, event: RunEvent, id: string): Promise<string[]> {
  const record = await findCheckpointId(session.core, id, {
    branch: event.branchNumber,
    sequence: session.info.headSequence,
  });
  if (record === null) return [`there is no checkpoint ${id}`];
  if (event.type !== "StageTransition") return [];
  await session.learnBranch(record.branch);
  const { stage, sequence } = toCheckpoint(session, record);
  const faults: string[] = [];
  if (stage !== event.payload["stage"])
    faults.push(`the checkpoint ${id} is that of the stage ${JSON.stringify(stage)}`);
  if (sequence !== event.sequence)
    faults.push(`the checkpoint ${id} is in commit ${sequence}, not in ${event.sequence}`);
  return faults;
}
