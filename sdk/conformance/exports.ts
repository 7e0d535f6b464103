/** Exports of runs: their bytes, what they answer, and that this is what the source answers. */

import type { Capsule } from "../capsule.js";
import { checkGolden } from "../export/golden.js";
import { readManifest } from "../export/manifest.js";
import type { Readable } from "../readable.js";
import { create, documents, fileDigest, gathered, isSame, listAll, pathIn, queries, read, write } from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

const EXPORT = "export.mv2";

/** A run of two stages, something after them, and what it refers to on main. */
async function makeRun(place: Place): Promise<void> {
  const main = await create(place, 11);
  await main.putMany(documents(12));
  const [guide] = (await gathered(main.list())).map(({ uri }) => uri);
  await main.commit({ label: "base" });
  await main.close();
  const run = await write(place, 12, { specId: "SPEC-1", runId: "abc" });
  for (const [stage, from] of [
    ["plan", 20],
    ["build", 50],
  ] as const) {
    const inRun = documents(30, from).map(({ target, ...rest }) => ({
      ...rest,
      target: { path: (target as { path: string }).path },
    }));
    await run.putMany(inRun);
    await run.emit({
      type: "RetrievalResponse",
      payload: { request_id: stage, hit_uris: guide === undefined ? [] : [guide] },
    });
    await run.commitStage({ stage });
  }
  await run.put({ path: "docs/d00021.md" }, "retry budget of the run's end");
  await run.close();
}

async function searches(view: Readable): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const query of queries) found.push(await view.search(query, { scope: "run", limit: 50, count: true }));
  return found;
}

/** What the export answers at each checkpoint and at its end, which has to be what the source answers. */
async function compared(source: Capsule, exported: Capsule): Promise<unknown[]> {
  const branch = { branch: "run/abc" };
  const answers: unknown[] = [];
  for (const { id } of await (await exported.snapshot(branch)).checkpoints()) {
    const there = await searches(await exported.at(id, branch));
    if (!isSame(there, await searches(await source.at(id, branch)))) throw new Error(`As of ${id} the export differs`);
    answers.push(there);
  }
  const end = await exported.snapshot(branch);
  if (!isSame(await searches(end), await searches(await source.snapshot(branch))))
    throw new Error("The export differs");
  return [...answers, await listAll(end), await gathered(end.events())];
}

const golden = queries.map((query) => ({ query, limit: 20 }));

const plain: Case = async (place) => {
  await makeRun(place);
  const source = await write(place, 13);
  const out = pathIn(place, EXPORT);
  const result = await source.export({ runId: "abc", out, encrypt: false, safe: false, golden });
  if (result.contentHash !== fileDigest(place, EXPORT)) throw new Error("The digest isn't that of the file");
  const exported = await read(place, {}, EXPORT);
  const { outputPath: _, ...told } = result;
  const answers = await compared(source, exported);
  const answer = [told, answers, await readManifest(exported), await checkGolden(exported)];
  await exported.close();
  await source.close();
  return answer;
};

const encrypted: Case = async (place) => {
  await makeRun(place);
  const source = await write(place, 13);
  const out = pathIn(place, EXPORT);
  const passphrase = "correct horse";
  const { contentHash } = await source.export({ runId: "abc", out, passphrase, workFactor: 8, safe: false, golden });
  if (contentHash !== fileDigest(place, EXPORT)) throw new Error("The digest isn't that of the file");
  const exported = await read(place, { passphrase }, EXPORT);
  const answer = [contentHash, await compared(source, exported), await checkGolden(exported)];
  await exported.close();
  await source.close();
  return answer;
};

export const exports: Topic = {
  name: "exports",
  cases: { "a plain export": plain, "an encrypted export": encrypted },
};
