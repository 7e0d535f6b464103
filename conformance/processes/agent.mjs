/**
 * What one process does to a capsule that others use too; started in Node, Bun and Deno with a task and its parameters as JSON. Prints a line
 * of JSON for each thing that is done.
 */
import { Capsule } from "speckit-capsule";

const [task, json] = globalThis.Deno?.args ?? process.argv.slice(2);
const { path, first = 0, count = 0, noiseBytes = 0, until = 0 } = JSON.parse(json);

/** Documents of one commit: they are there together or not at all. */
const DOCUMENTS = 3;
const say = (value) => console.log(JSON.stringify(value));
const pathOf = (commit, index) => `c${commit}/d${index}.md`;
const textOf = (commit, index) => `commit ${commit}, document ${index}: the retry budget held`;
const isUncommitted = ({ uri }) => uri.includes("/uncommitted");

/** Bytes that don't compress. */
function noise(length) {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 23;
  });
}

async function commitOne(capsule, commit) {
  for (let i = 0; i < DOCUMENTS; i++) await capsule.put({ path: pathOf(commit, i) }, textOf(commit, i));
  await capsule.commit();
}

/** Checks that the commits 0 to `commits` are there, whole and right, and nothing else; answers how many documents there are. */
async function requireCommits(reader, commits) {
  let seen = 0;
  for await (const entry of reader.list()) {
    if (isUncommitted(entry)) throw new Error(`${entry.uri} was never committed`);
    const [, commit, index] = /c(\d+)\/d(\d+)\.md$/.exec(entry.uri);
    if (Number(commit) >= commits) throw new Error(`${entry.uri} is of a later commit than ${commits}`);
    const text = await reader.get(entry.uri, { as: "text" });
    if (text !== textOf(commit, index)) throw new Error(`${entry.uri} holds ${text}`);
    seen++;
  }
  if (seen !== commits * DOCUMENTS) throw new Error(`${seen} documents of ${commits} commits`);
  const { total } = await reader.search("retry budget", { limit: 1, count: true });
  if (total !== seen) throw new Error(`${total} hits of ${seen} documents`);
  return seen;
}

const tasks = {
  /** Commits, puts more without a commit, says so, and waits to be killed. */
  async hang() {
    const capsule = await Capsule.create(path);
    for (let commit = 0; commit < count; commit++) await commitOne(capsule, commit);
    say({ committed: count });
    for (let i = 0; i < 20; i++) await capsule.put({ path: `uncommitted/${i}.md` }, `never committed ${i}`);
    if (noiseBytes > 0) await capsule.put({ path: "uncommitted/noise" }, noise(noiseBytes));
    await capsule.get("mv2://default/workspace/main/artifact/uncommitted/1.md");
    say({ hanging: true });
    setInterval(() => undefined, 1000);
    await new Promise(() => undefined);
  },
  /** Commits without end, each told once it is durable. */
  async storm() {
    const capsule = await Capsule.open(path, { mode: "write" });
    for (let commit = first; count === 0 || commit < first + count; commit++) {
      await commitOne(capsule, commit);
      say({ committed: commit + 1 });
    }
    await capsule.close();
  },
  /** Goes on after a writer that was killed; at least `until` commits were acknowledged. */
  async resume() {
    const capsule = await Capsule.open(path, { mode: "write" });
    const found = capsule.info.sequence;
    if (found < until) throw new Error(`${until} commits were acknowledged, ${found} are there`);
    await requireCommits(capsule, found);
    await commitOne(capsule, found);
    await capsule.close();
    say({ commits: found + 1 });
  },
  /** Reads all, and checks every byte. */
  async verify() {
    const capsule = await Capsule.open(path);
    const documents = await requireCommits(capsule, count);
    const findings = await capsule.doctor({ deep: true });
    await capsule.close();
    say({ documents, findings: findings.map(({ code }) => code) });
  },
  /** Reads beside a writer until there are `until` commits: what it opened stays as it was, and each refresh shows whole commits. */
  async watch() {
    const capsule = await Capsule.open(path);
    const opened = capsule.info.sequence;
    const snapshot = await capsule.snapshot();
    say({ opened });
    let refreshes = 0;
    for (let newest = opened; newest < until; ) {
      await requireCommits(capsule, newest);
      await requireCommits(snapshot, opened);
      if (await capsule.refresh()) refreshes++;
      if (capsule.info.sequence < newest) throw new Error(`${capsule.info.sequence} comes after ${newest}`);
      newest = capsule.info.sequence;
    }
    await requireCommits(snapshot, opened);
    await capsule.close();
    say({ refreshes });
  },
};

await tasks[task]();
