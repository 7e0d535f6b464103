/** Runs that are recorded and replayed: the same report everywhere, which finds nothing wrong. */

import { setPolicy } from "../objects.js";
import { replayMarkdown } from "../replay/replay-markdown.js";
import { create, documents, fileDigest, queries, write } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

const recorded: Case = async (place) => {
  const main = await create(place, 8);
  await main.putMany(documents(40));
  await main.commit({ label: "base" });
  await main.close();
  const run = await write(place, 9, { specId: "SPEC-1", runId: "abc" });
  await setPolicy(run, { policy_id: "strict", max_cost: 0.1 });
  await run.putMany(documents(10, 35));
  await run.commitStage({ stage: "plan", label: "planned" });
  const recorder = run.recorder({ stage: "build" });
  for (const query of queries) await recorder.search(query, { limit: 7 });
  await recorder.search("retry budget", { scope: "run" });
  await recorder.search("merge", { asOf: "planned" });
  await recorder.toolCall({ name: "note", input: { to: "maria@firma.io" } }, () => ({ sent: true }));
  await run.commitStage({ stage: "build" });
  await run.merge({ from: "run/abc" });
  const reports = [await run.replay({ runId: "abc" }), await run.replay({ runId: "abc", branch: "main" })];
  await run.close();
  return [reports, reports.map(replayMarkdown), fileDigest(place)];
};

export const replay: Topic = { name: "replay", cases: { "a run recorded, merged and replayed": recorded } };
