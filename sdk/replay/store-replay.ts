/** Keeping a replay report in the capsule, with the run that it is about. */

import { canonicalJson } from "../canonical-json.js";
import type { Document } from "../entries.js";
import type { Uri } from "../uri.js";
import type { Writable } from "../writable.js";
import { replayMarkdown } from "./replay-markdown.js";
import type { ReplayReport } from "./report.js";

/**
 * Stores a report as the run's artifacts `replay/report.json` and `replay/report.md`, which aren't searched, and commits. Gives
 * their URIs in this order.
 */
export async function storeReplay(capsule: Writable, report: ReplayReport): Promise<Uri[]> {
  const { run_id: runId, spec_id: specId } = report;
  const place = specId === null ? {} : { specId, runId };
  const documents: Document[] = [
    { target: { path: "replay/report.json", ...place }, content: canonicalJson(report, "the report"), index: false },
    { target: { path: "replay/report.md", ...place }, content: replayMarkdown(report), index: false },
  ];
  const uris = await capsule.putMany(documents);
  await capsule.commit();
  return uris;
}
