/** A workspace whose run is full of the corpus's secrets, in every place that a text can be in. */

import type { JsonObject, JsonValue, Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../../sdk/capsule.js";
import { putCard, putEdge, setPolicy } from "../../sdk/objects.js";
import { CAPSULE_PATH, repeatable } from "../../sdk/testing/fixtures.js";
import { type Planted, plantedTexts } from "./corpus/index.js";

export const RUN = { specId: "SPEC-1", runId: "leaky" } as const;

/** One of each class in each carrier. */
export const workspacePlants: readonly Planted[] = plantedTexts().filter((_, index) => index % 3 === 0);

const MAX_LABEL = 240;
const MAX_TITLE = 4000;
const isObject = (value: JsonValue): value is JsonObject => typeof value === "object" && value !== null;
const textOf = (value: JsonValue) => (typeof value === "string" ? value : JSON.stringify(value));
/** Of a class, what stands in plain words. */
const plainTexts = workspacePlants.filter(({ carrier }) => carrier === "plain");

/** Makes the workspace; its only run is {@link RUN}. */
export async function makeSecretWorkspace(runtime: Runtime): Promise<void> {
  const options = { ...repeatable(runtime), captureMode: "full_io" as const };
  const main = await Capsule.create(CAPSULE_PATH, options);
  const referred = await main.put({ path: "referred.md" }, plainTexts.map(({ value }) => value).join("\n"));
  await main.commit();
  await main.close();
  const run = await Capsule.open(CAPSULE_PATH, { ...options, mode: "write", ...RUN });
  await run.put({ path: "notes.md" }, "see the other", { attributes: { see: referred } });
  for (const [index, plant] of workspacePlants.entries()) await store(run, plant, index);
  await run.commitStage({ stage: "superseded" });
  for (const [index, plant] of plainTexts.entries()) {
    await run.put({ path: `0-${index}.md` }, `new revision: ${textOf(plant.value)}`);
    await run.commit({ label: `${index} ${labelOf(plant)}` });
    await storeObjects(run, plant, index);
  }
  await storeCalls(run);
  await run.close();
}

/** What fits a label: the line that holds the whole secret. */
function labelOf({ value, trace, className }: Planted): string {
  const line = textOf(value)
    .split("\n")
    .find((each) => each.includes(trace));
  return line === undefined || line.length > MAX_LABEL ? className : line;
}

async function store(run: Capsule, plant: Planted, index: number): Promise<void> {
  const { value, carrier } = plant;
  const text = textOf(value);
  if (carrier === "event payload") await run.emit({ type: "ErrorEvent", payload: value as never });
  else if (carrier === "tool input") await run.emit({ type: "ToolCall", payload: value as never });
  else if (carrier === "tool output") await run.emit({ type: "ToolResult", payload: value as never });
  else if (isObject(value)) await run.put({ path: `${index}.json` }, JSON.stringify(value), { attributes: value });
  else {
    // Each text twice and more, so that dictionaries and dedup have something to do.
    await run.put({ path: `${index}.md` }, text, { title: text.slice(0, MAX_TITLE), tags: [labelOf(plant)] });
    await run.put({ path: `0-${index % plainTexts.length}.md` }, `first revision: ${text}`);
    await run.put({ path: `copy-${index}.md` }, text, { attributes: { note: text } });
  }
}

async function storeObjects(run: Capsule, plant: Planted, index: number): Promise<void> {
  const text = textOf(plant.value);
  const provenance = { source: text };
  const fact = { key: "note", value: text, value_type: "string" as const, confidence: 1, source_uris: [] };
  await putCard(run, { card_id: `c${index}`, card_type: "risk", title: text, facts: [fact], provenance, version: 1 });
  const uri = (path: string) => `mv2://default/${RUN.specId}/${RUN.runId}/artifact/${path}`;
  const ends = { from_uri: uri("notes.md"), to_uri: uri(`copy-${index}.md`) };
  await putEdge(run, { edge_id: `e${index}`, edge_type: "cites", ...ends, provenance, version: 1 });
  await setPolicy(run, { policy_id: `p${index}`, version: 1, contact: text });
  await run.put({ path: `old-${index}.md` }, "moved");
  await run.alias(uri(`alias-${index}.md`), uri(`old-${index}.md`), text);
  await run.remove(uri(`old-${index}.md`), { reason: text });
  await run.emit({
    type: "StageTransition",
    stage: labelOf(plant),
    payload: { stage: labelOf(plant), checkpoint_id: `k${index}` },
  });
}

async function storeCalls(run: Capsule): Promise<void> {
  for (const [index, { value }] of plainTexts.entries()) {
    await run.emit({
      type: "ModelCallEnvelope",
      payload: {
        ...{ call_id: `m${index}`, model: "m", routing_mode: "cloud", capture_mode: "full_io", success: true },
        ...{ prompt: `raw prompt ${index}: ${textOf(value)}`, response: `raw response ${index}: ${textOf(value)}` },
        ...{ prompt_hash: `hash-of-prompt-${index}`, response_hash: `hash-of-response-${index}` },
      },
    });
  }
  await run.put({ path: "picture.png" }, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 255, 1));
}
