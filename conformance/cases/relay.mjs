/** One leg of a relay: opens (or creates) the capsule, continues it, closes it. Started in one runtime after another. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Capsule, storeReplay } from "speckit-capsule";
import { documents, fixed } from "speckit-capsule/conformance";

const queries = ["retry budget", "東京 検索", "merge branches"];
const RUN = { specId: "SPEC-9", runId: "first" };
const [path, leg] = globalThis.Deno?.args ?? process.argv.slice(2);
const number = Number(leg);
const capsule = existsSync(path)
  ? await Capsule.open(path, { mode: "write", ...fixed(100 + number) })
  : await Capsule.create(path, fixed(100));
await capsule.putMany(documents(70, number * 60));
await capsule.commit({ label: `leg ${number}` });
if (number === 0) {
  await capsule.putMany(
    documents(40, 500).map((each) => ({ ...each, target: { path: `run/${each.target.path}`, ...RUN } })),
  );
  const recorder = capsule.recorder(RUN);
  for (const query of queries) await recorder.search(query);
  await capsule.commitStage({ stage: "recorded", label: "recorded", ...RUN });
  await capsule.put({ path: "run/late.md", ...RUN }, "A retry budget that came late.");
  const golden = queries.flatMap((query) => [{ query }, { query, checkpoint: "recorded" }]);
  await capsule.export({ ...RUN, out: `${path}.export.mv2e`, passphrase: "relay", workFactor: 2, safe: false, golden });
} else await importFirst();
// What the first runtime recorded, each that follows asks again: hits, scores and explanations to the bit.
const replay = await capsule.replay({ runId: "first", asOf: "recorded" });
const retrievals = replay.checks.filter(({ check }) => check === "retrieval").length;
if (!replay.passed || retrievals !== queries.length) throw new Error(JSON.stringify(replay));
await storeReplay(capsule, replay);
const { hits } = await capsule.search("retry budget", { limit: 5 });
await capsule.close();
console.log(hits.length);

/** What the first runtime exported, each that follows imports, and finds in it what the source gives: now and as of the checkpoint. */
async function importFirst() {
  const workspace = await Capsule.create(join(dirname(path), `leg-${leg}`, "workspace.mv2"), fixed(200 + number));
  const { golden } = await workspace.import(`${path}.export.mv2e`, { mountAs: "first", passphrase: "relay" });
  if (golden?.passed !== 2 * queries.length || golden.failed.length > 0) throw new Error(JSON.stringify(golden));
  const mount = await workspace.openMount("first", { passphrase: "relay" });
  const branch = `run/${RUN.runId}`;
  for (const query of queries) {
    const options = { limit: 50, scope: "run", snippets: false };
    const found = [await mount.search(query, options), await (await mount.at("recorded")).search(query, options)];
    const source = [await capsule.snapshot({ branch }), await capsule.at("recorded", { branch })];
    for (const [index, view] of source.entries()) {
      const { resultsDigest } = await view.search(query, options);
      if (found[index].resultsDigest !== resultsDigest) throw new Error(`${query}: the import answers otherwise`);
    }
  }
  await mount.close();
  await workspace.close();
}
