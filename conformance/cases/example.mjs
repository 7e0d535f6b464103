/** The README's example, run as printed (a test compares the two). */
import { Capsule } from "speckit-capsule";

const capsule = await Capsule.create("run.mv2", { specId: "SPEC-KIT-971", runId: "abc" });
const plan = await capsule.put({ path: "plan.md" }, "# Plan\nRetry with a budget of three.", { title: "Plan" });
await capsule.putMany([
  { target: { path: "notes/queue.md" }, content: "The queue is bounded: a hundred entries." },
  { target: { path: "notes/retry.md" }, content: "Retries back off exponentially." },
]);
await capsule.emit({
  type: "GateDecision",
  payload: { gate_name: "review", outcome: "pass", stage: "plan", blocking: true },
});
const checkpoint = await capsule.commitStage({ stage: "plan" });
await capsule.put({ path: "plan.md" }, "# Plan\nRetry with a budget of five.", { title: "Plan" });
await capsule.commit();
const { hits } = await capsule.search("retry budget", { limit: 3 });
for (const hit of hits) console.log(hit.score.toFixed(3), hit.uri, hit.snippet);
const before = await capsule.at(checkpoint.id);
console.log(await capsule.get(plan, { as: "text" }), "was", await before.get(plan, { as: "text" }));
await capsule.close();
