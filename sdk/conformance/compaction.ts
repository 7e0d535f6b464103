/** Compaction: the bytes that it gives, and that what is asked afterwards is answered as before. */

import { Capsule } from "../capsule.js";
import type { CompactOptions } from "../compact/compact.js";
import type { Readable } from "../readable.js";
import {
  create,
  documents,
  fileDigest,
  fixed,
  gathered,
  isSame,
  numbers,
  pathIn,
  queries,
  read,
  write,
} from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

/** A main with three states, a run that is merged, one that isn't, large content, and enough for a dictionary. */
async function prepare(place: Place): Promise<void> {
  const main = await create(place, 11);
  await main.putMany(documents(400));
  await main.commit({ label: "first" });
  const next = numbers(5);
  await main.put(
    { path: "noise.bin" },
    Uint8Array.from({ length: 1_300_000 }, () => next() & 0xff),
  );
  await main.putMany(documents(250, 200));
  await main.commit({ label: "second" });
  for (const { uri } of await gathered(main.list({ limit: 20 }))) await main.remove(uri);
  await main.close();
  for (const [seed, runId] of [
    [12, "merged"],
    [13, "open"],
  ] as const) {
    const run = await write(place, seed, { specId: "SPEC-9", runId });
    await run.putMany(documents(30, 100 * seed));
    await run.emit({ type: "DebugTrace", payload: { message: runId, context: {} } });
    await run.commitStage({ stage: "plan" });
    if (runId === "merged") await run.merge({ from: "run/merged" });
    await run.close();
  }
}

/** Everything that a reader lists, with the hashes of contents. */
async function hashes(reader: Readable): Promise<[uri: string, contentHash: string | undefined][]> {
  const listed: [string, string | undefined][] = [];
  for (const { uri } of await gathered(reader.list())) {
    listed.push([uri, (await reader.resolve(uri, { contentHash: true }))?.contentHash]);
  }
  return listed;
}

/** What each branch shows at its head, and at its checkpoints if they can be gone back to. */
async function shown(place: Place, withHistory: boolean): Promise<unknown> {
  const reader = await read(place);
  const answers: unknown[] = [];
  for (const { name: branch } of await reader.branches()) {
    const head = await reader.snapshot({ branch });
    const views: Readable[] = [head];
    for (const { id, branch: of } of withHistory ? await head.checkpoints() : []) {
      if (of === branch) views.push(await reader.at(id, { branch }));
    }
    for (const view of views) {
      const found = [];
      for (const query of queries) found.push((await view.search(query, { limit: 50 })).resultsDigest);
      answers.push([branch, await hashes(view), found]);
    }
  }
  await reader.close();
  return answers;
}

const compacted =
  (options: CompactOptions): Case =>
  async (place) => {
    await prepare(place);
    const withHistory = options.dropHistory !== true;
    const before = await shown(place, withHistory);
    const result = await Capsule.compact(pathIn(place), { ...fixed(14), runtime: place.runtime, ...options });
    const { path: _, ...figures } = result;
    const after = await shown(place, withHistory);
    if (options.purge === undefined && !isSame(before, after)) throw new Error("a compaction changed what is shown");
    const health = await Capsule.doctor(pathIn(place), { runtime: place.runtime, deep: true });
    return [figures, fileDigest(place), after, health.map(({ code }) => code)];
  };

export const compaction: Topic = {
  name: "compaction",
  cases: {
    "all of the history": compacted({}),
    "without history": compacted({ dropHistory: true }),
    "without what is purged": compacted({ purge: ["mv2://default/SPEC-1/main/artifact/docs/d00001.md"] }),
  },
};
