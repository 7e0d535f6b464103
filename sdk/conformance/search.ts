/** Results to the last score bit, however the documents came into the file. */

import type { File } from "../../runtimes/contract.js";
import type { Document } from "../entries.js";
import type { SearchOptions, SearchResult } from "../hits.js";
import type { OpenOptions } from "../options.js";
import type { Readable } from "../readable.js";
import { bitsOf, create, documents, isSame, listAll, pathIn, queries, read, write } from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

/** Everything that searching tells. */
async function searchAll(reader: Readable, options: SearchOptions): Promise<SearchResult[]> {
  const found: SearchResult[] = [];
  for (const query of queries) found.push(await reader.search(query, options));
  return found;
}

async function make(place: Place, batches: Iterable<readonly Document[]>, name?: string): Promise<void> {
  const capsule = await create(place, 1, {}, name);
  for (const batch of batches) {
    await capsule.putMany(batch);
    await capsule.commit();
  }
  await capsule.close();
}

function cut<Item>(all: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let at = 0; at < all.length; at += size) batches.push(all.slice(at, at + size));
  return batches;
}

/** Digests of the ranked hits alone: what must not depend on how the documents came. */
async function digests(place: Place, options: OpenOptions = {}, name?: string): Promise<string[]> {
  const capsule = await read(place, options, name);
  const found = await searchAll(capsule, { limit: 50, snippets: false });
  await capsule.close();
  return found.map(({ resultsDigest }) => resultsDigest);
}

/** A file whose every read has to be waited for. */
function pendingFile(place: Place): File {
  const file = place.runtime.files.open(pathIn(place), { mode: "read" });
  return new Proxy<File>(file, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const call = (...args: unknown[]): unknown => value.apply(target, args);
      const isRead = name === "read" || name === "readInto";
      return isRead ? (...args: unknown[]) => Promise.resolve().then(() => call(...args)) : call;
    },
  });
}

const explained: Case = async (place) => {
  await make(place, cut(documents(1500), 500));
  const capsule = await read(place);
  const found = await searchAll(capsule, { limit: 20, explain: true, count: true });
  await capsule.close();
  return found.map((each) => [
    each,
    each.hits.map(({ score }) => bitsOf(score)),
    each.terms.map(({ idf }) => bitsOf(idf)),
  ]);
};

const anyWay: Case = async (place) => {
  const all = documents(400);
  const turned = all.map((_, i) => all[(i * 337) % all.length] as Document);
  const ways = [[all], cut(all, 100), cut(all, 1), cut(turned, 100), [turned]];
  const found: string[][] = [];
  for (const [index, batches] of ways.entries()) {
    await make(place, batches, `way${index}.mv2`);
    found.push(await digests(place, {}, `way${index}.mv2`));
    if (!isSame(found[index], found[0])) throw new Error(`Way ${index} gives other results`);
  }
  return found[0];
};

const pending: Case = async (place) => {
  await make(place, cut(documents(800), 100));
  const plain = await digests(place);
  if (!isSame(await digests(place, { file: pendingFile(place) }), plain)) {
    throw new Error("Waiting for pages changes the results");
  }
  const capsule = await read(place, { file: pendingFile(place) });
  const listed = await listAll(capsule);
  await capsule.close();
  return [plain, listed];
};

const changed: Case = async (place) => {
  await make(place, [documents(400)]);
  const options = { limit: 30, snippets: false };
  const capsule = await write(place, 2);
  const { checkpoint } = await capsule.commit({ label: "before" });
  const before = await searchAll(capsule, options);
  for (let i = 0; i < 400; i += 7) {
    await capsule.remove(`mv2://default/SPEC-${i % 3}/main/artifact/docs/d${String(i).padStart(5, "0")}.md`);
  }
  await capsule.putMany(documents(100, 50).map((each) => ({ ...each, content: `${each.content} retry budget` })));
  await capsule.commit({ label: "after" });
  const after = await searchAll(capsule, options);
  const then = await searchAll(await capsule.at(checkpoint?.id ?? ""), options);
  await capsule.close();
  if (!isSame(then, before)) throw new Error("As of the checkpoint, results differ from what they were then");
  return [before, after];
};

export const search: Topic = {
  name: "search",
  cases: {
    "results, explanations, snippets, score bits": explained,
    "same results in 1, 4 and 400 commits, in any order": anyWay,
    "every page pending at its first touch": pending,
    "removed and changed documents": changed,
  },
};
