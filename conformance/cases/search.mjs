import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { create, documents, listAll, placeFor, queries, searchAll } from "./context.mjs";

/** Results to the last score bit, however the documents came into the file. */
export const topic = "search";

async function made(context, name, batches) {
  const path = placeFor(context, name);
  const capsule = await create(path);
  for (const batch of batches) {
    await capsule.putMany(batch);
    await capsule.commit();
  }
  await capsule.close();
  return path;
}

function cut(all, size) {
  const batches = [];
  for (let at = 0; at < all.length; at += size) batches.push(all.slice(at, at + size));
  return batches;
}

/** Digests of the ranked hits alone: what must not depend on how the documents came. */
async function digests(path, options = {}) {
  const capsule = await Capsule.open(path, options);
  const found = [];
  for (const query of queries) found.push((await capsule.search(query, { limit: 50, snippets: false })).resultsDigest);
  await capsule.close();
  return found;
}

/** A file whose every read has to be waited for. */
class PendingFile {
  readonly = true;
  constructor(path) {
    this.path = path;
    this.descriptor = openSync(path, "r");
  }
  size() {
    return fstatSync(this.descriptor).size;
  }
  async readInto(offset, destination) {
    await Promise.resolve();
    return readSync(this.descriptor, destination, 0, destination.length, offset);
  }
  async read(offset, length) {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await this.readInto(offset, bytes));
  }
  identity() {
    return `pending:${this.path}`;
  }
  close() {
    closeSync(this.descriptor);
  }
}

export const cases = {
  async "results, explanations, snippets"(context) {
    const capsule = await Capsule.open(await made(context, "results", cut(documents(1500), 500)));
    const found = await searchAll(capsule);
    await capsule.close();
    return found;
  },
  async "same results in 1, 10 and 1,000 commits, in any order"(context) {
    const all = documents(1000);
    const turned = all.map((_, i) => all[(i * 337) % all.length]);
    const one = await digests(await made(context, "one", [all]));
    const ways = [cut(all, 100), cut(all, 1), cut(turned, 100), [turned]];
    for (const [index, batches] of ways.entries()) {
      const other = await digests(await made(context, `way${index}`, batches));
      if (JSON.stringify(other) !== JSON.stringify(one)) throw new Error(`Way ${index} gives other results`);
    }
    return one;
  },
  async "every page pending at its first touch"(context) {
    const path = await made(context, "pending", cut(documents(800), 100));
    const plain = await digests(path);
    const pending = await digests(path, { file: new PendingFile(path) });
    if (JSON.stringify(pending) !== JSON.stringify(plain)) throw new Error("Waiting for pages changes the results");
    const capsule = await Capsule.open(path, { file: new PendingFile(path) });
    const listed = await listAll(capsule);
    await capsule.close();
    return [plain, listed];
  },
  async "removed and changed documents"(context) {
    const path = await made(context, "changed", [documents(400)]);
    const capsule = await Capsule.open(path, { mode: "write" });
    const { checkpoint } = await capsule.commit({ label: "before" });
    const before = await searchAll(capsule, { limit: 30, snippets: false });
    for (let i = 0; i < 400; i += 7)
      await capsule.remove(`mv2://default/SPEC-1/r${i % 3}/artifact/docs/d${String(i).padStart(5, "0")}.md`);
    await capsule.putMany(documents(100, 50).map((each) => ({ ...each, content: `${each.content} retry budget` })));
    await capsule.commit({ label: "after" });
    const after = await searchAll(capsule, { limit: 30, snippets: false });
    const then = await searchAll(await capsule.at(checkpoint.id), { limit: 30, snippets: false });
    await capsule.close();
    if (JSON.stringify(then) !== JSON.stringify(before))
      throw new Error("As of the checkpoint, results differ from what they were then");
    return [before, after];
  },
};
