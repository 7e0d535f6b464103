/**
 * A reader that lives through many writers. Asked on stdin, a line of JSON each, it answers each with a line. In between, when it is told
 * to watch, it refreshes again and again and checks what it sees.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { Capsule } from "speckit-capsule";
import { Model, mix, uriOf } from "./contents.mjs";

const PAUSE_MS = 6;
/** A look at all that is listed or found is taken at one of so many refreshes. */
const WHOLE_LOOK_EVERY = 16;
/** A snapshot is kept over so many refreshes. */
const SNAPSHOT_REFRESHES = 64;

const figures = { refreshes: 0, documents: 0 };
let [path, capsule, model, snapshot, snapshotModel, isWatching, asked] = ["", null, null, null, null, false, 0];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isSame = (a, b) => a !== null && a.length === b.length && a.every((byte, i) => byte === b[i]);
const draw = (limit) => mix(figures.refreshes, figures.documents, asked) % limit;

async function requireDocument(reader, { path: target, bytes }, sequence) {
  if (!isSame(await reader.get(uriOf(target)), bytes())) throw new Error(`${target} isn't what it was at ${sequence}`);
  figures.documents++;
}

/** Some document that the model has. */
function anyOf({ documents }) {
  const all = [...documents.values()];
  return all[draw(all.length)];
}

/** Everything that is listed and found is the model's, and nothing of it is missing. */
async function requireWhole(reader, { documents, sequence }) {
  let listed = 0;
  for await (const { uri } of reader.list()) {
    if (!documents.has(uri.slice(uriOf("").length))) throw new Error(`${uri} is there at ${sequence}`);
    listed++;
  }
  if (listed !== documents.size) throw new Error(`${listed} of ${documents.size} documents are there at ${sequence}`);
  const texts = [...documents.values()].filter(({ isText }) => isText).length;
  const { total } = await reader.search("soak", { limit: 1, count: true, snippets: false });
  if (total !== texts) throw new Error(`${total} of ${texts} texts are found at ${sequence}`);
}

/** Refreshes, and checks all that is new: a commit is there with all its documents or not at all. */
async function look() {
  const moved = await capsule.refresh();
  const { sequence } = capsule.info;
  if (sequence < model.sequence) throw new Error(`Commit ${sequence} comes after ${model.sequence}`);
  for (const document of model.advance(sequence)) {
    if (model.documents.get(document.path) === document) await requireDocument(capsule, document, sequence);
  }
  if (!moved) return;
  figures.refreshes++;
  if (sequence > 0) await requireDocument(capsule, anyOf(model), sequence);
  if (figures.refreshes % WHOLE_LOOK_EVERY === 0) await requireWhole(capsule, model);
  await lookBack();
}

/** What was seen before stays as it was, whatever is written and whoever is killed meanwhile. */
async function lookBack() {
  if (figures.refreshes % SNAPSHOT_REFRESHES === 1 || snapshot === null) {
    snapshot = await capsule.snapshot();
    snapshotModel = model.copy();
  }
  if (snapshotModel.sequence === 0) return;
  await requireDocument(snapshot, anyOf(snapshotModel), snapshotModel.sequence);
  if (figures.refreshes % WHOLE_LOOK_EVERY === 8) await requireWhole(snapshot, snapshotModel);
}

const asks = {
  async open(ask) {
    await capsule?.close();
    path = ask.path;
    capsule = await Capsule.open(path);
    model = new Model(ask.seed);
    snapshot = null;
    await look();
    return {};
  },
  async watch() {
    isWatching = true;
    return {};
  },
  /** Ends watching, with a last look: at least the commit `least` is there. */
  async settle({ least }) {
    isWatching = false;
    await look();
    if (model.sequence < least) throw new Error(`Commit ${least} was acknowledged, ${model.sequence} is seen`);
    return { sequence: model.sequence };
  },
  /** Tries to write beside a writer that is stopped. */
  async intrude() {
    try {
      const intruder = await Capsule.open(path, { mode: "write" });
      await intruder.close();
    } catch (error) {
      if (error.code === "LockedByWriter") return {};
      throw error;
    }
    throw new Error("A second writer was admitted");
  },
  /** Checks everything, the file's hashes too. */
  async verify() {
    for (const document of model.documents.values()) await requireDocument(capsule, document, model.sequence);
    await requireWhole(capsule, model);
    const findings = await capsule.doctor({ deep: true });
    const bad = findings.filter(({ level }) => level === "error");
    if (bad.length > 0) throw new Error(`doctor finds ${JSON.stringify(bad)}`);
    return { sequence: model.sequence };
  },
  async figures() {
    const { user, system } = process.cpuUsage();
    return { ...figures, cpuSeconds: (user + system) / 1e6 };
  },
};

const waiting = [];
let wake = () => {};
const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  waiting.push(JSON.parse(line));
  wake();
});
let isEnded = false;
input.on("close", () => {
  isEnded = true;
  wake();
});

while (!isEnded || waiting.length > 0) {
  const ask = waiting.shift();
  if (ask !== undefined) {
    asked++;
    console.log(JSON.stringify(await asks[ask.ask](ask)));
  } else if (isWatching) {
    await look();
    await pause(PAUSE_MS);
  } else {
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
}
await capsule?.close();
