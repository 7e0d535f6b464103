/** Branches of runs: what each sees, and what a merge makes of them. */

import type { Readable } from "../readable.js";
import { create, documents, fileDigest, gathered, listAll, write } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

async function shown(reader: Readable): Promise<unknown> {
  const { hits, total } = await reader.search("the report", { limit: 20, count: true });
  return [await listAll(reader), await gathered(reader.events()), hits, total];
}

const merged: Case = async (place) => {
  const main = await create(place, 6);
  await main.putMany(documents(20));
  await main.commit({ label: "base" });
  await main.close();
  const run = await write(place, 7, { specId: "SPEC-1", runId: "abc" });
  await run.putMany(documents(10, 15));
  await run.remove((await listAll(run))[0]?.[0] ?? "");
  await run.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
  const { id } = await run.commitStage({ stage: "plan" });
  const views = async () => [
    await shown(await run.snapshot({ branch: "main" })),
    await shown(await run.snapshot({ branch: "run/abc" })),
    await shown(await run.at(id)),
    (await run.search("the report", { limit: 20, scope: "run" })).resultsDigest,
    await run.branches(),
  ];
  const answers: unknown[] = [await views()];
  answers.push(await run.merge({ from: "run/abc", mode: "curated", dryRun: true }));
  answers.push(await run.merge({ from: "run/abc" }), await run.merge({ from: "run/abc" }), await views());
  await run.close();
  return [answers, fileDigest(place)];
};

export const branches: Topic = {
  name: "branches",
  cases: { "branches of runs, before and after they are merged": merged },
};
