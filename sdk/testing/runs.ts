/** What the tests of exporting share: a workspace with two runs that refer to what lies on main. */

import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { putCard, putEdge, setPolicy } from "../objects.js";
import type { Uri } from "../uri.js";
import { CAPSULE_PATH, noise, repeatable } from "./fixtures.js";

/** Makes a capsule with the runs 1 and 10 of SPEC-1: four stages each, and something after the last. */
export async function makeRuns(runtime: Runtime) {
  const injected = repeatable(runtime);
  const main = await Capsule.create(CAPSULE_PATH, injected);
  const guide = await main.put({ path: "guide.md" }, "retry budget guide on main");
  await main.put({ path: "other.md" }, "nobody refers to this retry budget");
  const old = "mv2://default/workspace/main/artifact/old-guide.md" as Uri;
  await main.alias(old, guide, "renamed");
  await main.commit({ label: "base" });
  await main.close();
  for (const runId of ["1", "10"]) {
    const run = await Capsule.open(CAPSULE_PATH, { ...injected, mode: "write", specId: "SPEC-1", runId });
    for (let round = 0; round < 4; round++) {
      await run.put({ path: "notes.md" }, `retry round ${round} of run ${runId}`, { title: "Notes" });
      await run.put({ path: "notes.md" }, `parser token round ${round} of run ${runId}, again`);
      await run.put({ path: `r${round}.md` }, `lock retry budget ${"word ".repeat(round)}`);
      if (round === 2) await run.remove(`mv2://default/SPEC-1/${runId}/artifact/r0.md`);
      await run.emit({ type: "DebugTrace", payload: { message: "trace", context: {} } });
      await run.commitStage({ stage: `stage-${round}` });
    }
    await setPolicy(run, { policy_id: "strict", version: 1 });
    const card = { card_id: "c1", card_type: "risk", title: "Retries", provenance: {}, version: 1 };
    const fact = { key: "k", value: 1, value_type: "number" as const, confidence: 1, source_uris: [old] };
    await putCard(run, { ...card, facts: [fact] });
    await putEdge(run, {
      edge_id: "e1",
      edge_type: "cites",
      from_uri: `mv2://default/SPEC-1/${runId}/artifact/r1.md`,
      to_uri: "mv2://default/SPEC-1/elsewhere/artifact/gone.md",
      provenance: {},
      version: 1,
    });
    await run.emit({
      type: "RetrievalResponse",
      payload: { request_id: "q", hit_uris: [guide, "mv2://other/a/b/artifact/c.md"] },
    });
    await run.put({ path: "big.bin" }, noise(1_500_000), { mediaType: "application/octet-stream" });
    await run.put({ path: "last.md" }, "the last words after the last stage");
    await run.close();
  }
}

/** The capsule of {@link makeRuns}, open for writing on main. */
export async function openMain(runtime: Runtime): Promise<Capsule> {
  return Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
}
