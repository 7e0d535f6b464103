/** One leg of a relay: opens (or creates) the capsule, continues it, closes it. Started in one runtime after another. */
import { existsSync } from "node:fs";
import { Capsule, storeReplay } from "speckit-capsule";
import { documents, fixed } from "speckit-capsule/conformance";

const queries = ["retry budget", "東京 検索", "merge branches"];
const [path, leg] = globalThis.Deno?.args ?? process.argv.slice(2);
const number = Number(leg);
const capsule = existsSync(path)
  ? await Capsule.open(path, { mode: "write", ...fixed(100 + number) })
  : await Capsule.create(path, fixed(100));
await capsule.putMany(documents(70, number * 60));
await capsule.commit({ label: `leg ${number}` });
if (number === 0) {
  const recorder = capsule.recorder({ specId: "SPEC-9", runId: "first" });
  for (const query of queries) await recorder.search(query);
  await capsule.commitStage({ stage: "recorded", label: "recorded", specId: "SPEC-9", runId: "first" });
}
// What the first runtime recorded, each that follows asks again: hits, scores and explanations to the bit.
const replay = await capsule.replay({ runId: "first", asOf: "recorded" });
const retrievals = replay.checks.filter(({ check }) => check === "retrieval").length;
if (!replay.passed || retrievals !== queries.length) throw new Error(JSON.stringify(replay));
await storeReplay(capsule, replay);
const { hits } = await capsule.search("retry budget", { limit: 5 });
await capsule.close();
console.log(hits.length);
