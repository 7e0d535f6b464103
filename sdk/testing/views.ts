/** All that a capsule answers, to be compared with what another one answers. */

import type { Capsule } from "../capsule.js";
import { CapsuleError } from "../errors.js";
import type { Readable } from "../readable.js";
import { collect } from "./fixtures.js";

/** What views of one capsule show, by branch and checkpoint; numbers of commits and records are left out. */
export type Answers = Readonly<Record<string, unknown>>;

/** The answers of every branch at its head and at each of its checkpoints; `uris` are resolved besides those that are listed. */
export async function allAnswers(
  capsule: Capsule,
  queries: readonly string[],
  uris: readonly string[] = [],
): Promise<Answers> {
  const answers: Record<string, unknown> = { ...(await headAnswers(capsule, queries, uris)) };
  for (const { name } of await capsule.branches()) {
    const head = await capsule.snapshot({ branch: name });
    for (const { id, branch } of await head.checkpoints()) {
      const key = `${branch} ${id}`;
      answers[key] ??= await viewAnswers(await capsule.at(id, { branch }), queries, uris);
    }
  }
  return answers;
}

/** The answers of every branch at its head. */
export async function headAnswers(
  capsule: Capsule,
  queries: readonly string[],
  uris: readonly string[] = [],
): Promise<Answers> {
  const branches = await capsule.branches();
  const answers: Record<string, unknown> = {
    branches: branches.map(({ headSequence: _, forkSequence: __, ...branch }) => branch),
  };
  for (const { name } of branches) {
    answers[name] = await viewAnswers(await capsule.snapshot({ branch: name }), queries, uris);
  }
  return answers;
}

async function viewAnswers(view: Readable, queries: readonly string[], uris: readonly string[]) {
  const entries = [];
  for (const listed of await collect(view.list({ kinds: ["revision", "event", "checkpoint"] }))) {
    const entry = await view.resolve(listed.uri, { contentHash: true });
    const { sequence: _, physical: __, ...rest } = { ...listed, contentHash: entry?.contentHash };
    entries.push(rest);
  }
  const resolved = [];
  for (const uri of uris) resolved.push(await resolvedTo(view, uri));
  const searches = [];
  for (const query of queries) {
    const { total, hits, resultsDigest } = await view.search(query, { count: true, limit: 50 });
    searches.push({
      query,
      total,
      resultsDigest,
      scores: hits.map(({ uri, score, snippet }) => [uri, score, snippet]),
    });
  }
  return {
    entries,
    resolved,
    searches,
    events: (await collect(view.events())).map(({ sequence: _, ...event }) => event),
    checkpoints: (await view.checkpoints()).map(({ sequence: _, ...checkpoint }) => checkpoint),
  };
}

async function resolvedTo(view: Readable, uri: string): Promise<unknown> {
  try {
    return (await view.resolve(uri))?.resolvedUri ?? null;
  } catch (error) {
    // A merge may close a circle of aliases.
    if (error instanceof CapsuleError) return error.code;
    throw error;
  }
}
