/**
 * Uses capsules as it is told, one request a line as JSON, and answers a line of JSON for each; before that, a line for each commit that
 * was acknowledged. Runs in Node, Bun and Deno; its requests are described in agents.ts.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { Capsule } from "speckit-capsule";

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
/** Readers that stay open from one turn to the next, by path. */
const readers = new Map();
/** Writers that are waiting to be killed. */
const held = [];

/** The code of an error that the SDK means. */
async function codeOr(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name === "CapsuleError") return error.code;
    throw error;
  }
}

async function merge(capsule, { from, to, mode, notChosen }) {
  const select = ({ uri }) => !uri.endsWith(notChosen);
  const { promoted, conflicts, mergeCheckpointId } = await capsule.merge({ from, to, mode, select });
  const told = (uris) => uris.filter((uri) => !uri.includes("/checkpoint/"));
  return { answer: [told(promoted.map(({ uri }) => uri)), told(conflicts)], mergeCheckpointId };
}

const steps = {
  put: (capsule, { uri, text, promote }) => capsule.put(uri, text, promote ? {} : { promote: false }),
  putMany: async (capsule, { documents }) =>
    (await capsule.putMany(documents.map(({ uri, text }) => ({ target: uri, content: text })))).length,
  remove: (capsule, { uri }) => capsule.remove(uri),
  alias: async (capsule, { uri, target }) => (await capsule.alias(uri, target, "moved")) ?? null,
  emit: (capsule, { type, place }) => capsule.emit({ type, payload: { message: "m", context: {} }, ...place }),
  stage: async (capsule, { label, place }) => (await capsule.commitStage({ stage: "s", label, ...place })).sequence,
  commit: async (capsule, { label }) => (await capsule.commit(label === null ? {} : { label })).sequence,
  fork: (capsule, { name, from }) => capsule.fork(name, { from }),
  merge,
};

/** Takes steps, tells each commit, and ends the session: `close`, `discard`, or `hold` it open. */
async function session({ path, create, options, steps: taken, end }) {
  const open = create ? Capsule.create(path, options) : Capsule.open(path, { ...options, mode: "write" });
  const capsule = await open;
  const begun = capsule.info.sequence;
  let told = begun;
  const answers = [];
  for (const step of taken) {
    answers.push((await codeOr(() => steps[step.do](capsule, step))) ?? null);
    if (capsule.info.sequence === told) continue;
    told = capsule.info.sequence;
    say({ committed: told });
  }
  if (end === "hold") held.push(capsule);
  else await capsule.close({ discard: end === "discard" });
  return { begun, answers };
}

/** A reader: one that was kept, moved on, or a fresh one. */
async function readerOf(path, keep) {
  const kept = readers.get(path);
  if (kept === undefined) {
    const reader = await Capsule.open(path);
    if (keep) readers.set(path, reader);
    return reader;
  }
  await kept.refresh();
  return kept;
}

async function all(items) {
  const collected = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function search(view, query, scope) {
  const { hits } = await view.search(query, { limit: 1000, snippets: false, scope });
  return hits.map(({ uri, score }) => [uri, score]);
}

async function show(view, uris, queries) {
  const [resolved, found, foundInRun] = [[], [], []];
  for (const uri of uris) resolved.push(await codeOr(() => view.get(uri, { as: "text" })));
  for (const query of queries) found.push(await search(view, query, "view"));
  for (const query of queries) foundInRun.push(await search(view, query, "run"));
  const listed = (await all(view.list())).map(({ uri }) => uri);
  const events = (await all(view.events())).map(({ uri, type, branch }) => [uri, type, branch]);
  const checkpoints = (await view.checkpoints()).map(({ label, branch, sequence }) => [label ?? "", branch, sequence]);
  return { resolved, listed, events, checkpoints, found, foundInRun };
}

/** What views show: of branches as they are now, and as of checkpoints. */
async function look({ path, keep, views, uris }) {
  const reader = await readerOf(path, keep);
  const shown = [];
  for (const { branch, checkpoint, queries } of views) {
    const view = checkpoint === null ? await reader.snapshot({ branch }) : await reader.at(checkpoint, { branch });
    shown.push(await show(view, uris, queries));
  }
  const { sequence } = reader.info;
  if (!keep && !readers.has(path)) await reader.close();
  return { sequence, shown };
}

/** Every byte checked; lets go of the reader. */
async function verify({ path }) {
  const reader = await readerOf(path, false);
  readers.delete(path);
  const findings = await reader.doctor({ deep: true });
  await reader.close();
  return { findings: findings.filter(({ level }) => level === "error").map(({ code }) => code) };
}

const requests = { session, look, verify };
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    say({ done: await requests[request.ask](request) });
  } catch (error) {
    say({ failed: `${error.stack ?? error}` });
  }
}
