import { beforeAll, expect, test } from "vitest";
import { randomNumbers } from "../testing/memtable-harness.js";
import type { Hit } from "../testing/search-harness.js";
import { SearchHarness } from "../testing/search-harness.js";
import { word } from "../testing/search-histories.js";
import type { Lineage } from "../testing/search-model.js";
import { SearchModel } from "../testing/search-model.js";

let harness: SearchHarness;
beforeAll(async () => {
  harness = await SearchHarness.create();
}, 120_000);

/** The best hits when everything is scored. */
function best(model: SearchModel, query: string, lineage: Lineage, limit: number): { record: number; score: bigint }[] {
  const all = [...harness.scoreAll(query, lineage)].map(([record, score]) => ({
    record,
    score,
    uri: model.records[record]?.uri ?? "",
  }));
  all.sort((a, b) => (a.score === b.score ? (a.uri < b.uri ? -1 : 1) : a.score > b.score ? -1 : 1));
  return all.slice(0, limit).map(({ record, score }) => ({ record, score }));
}

const found = (hits: Hit[]) => hits.map(({ record, score }) => ({ record, score }));

/** A corpus whose commoner words fill many blocks. Some texts repeat whole, so that scores tie. */
function writeCorpus(
  seed: number,
  documents: number,
  options: { cuts: number[]; replaced: number; vocabulary: number },
): SearchModel {
  const random = randomNumbers(seed);
  const model = new SearchModel();
  harness.reset();
  const words = (count: number) =>
    Array.from({ length: count }, () => word(random(1 + random(1 + random(options.vocabulary)))));
  let text = { title: words(3), body: words(12) };
  for (let number = 0; number < documents; number++) {
    if (random(4) !== 0) text = { title: words(random(4)), body: words(1 + random(1 + random(60))) };
    const isReplacement = number > 0 && random(100) < options.replaced;
    const uri = isReplacement
      ? (model.records[random(number)]?.uri ?? "")
      : `mv2://w/${random(1 << 20).toString(36)}-${number}`;
    const sequence = 1 + Math.floor(number / 500);
    harness.add(model.add({ ...text, uri, branch: 0, sequence, kind: "document", promoted: 0 }));
    if (options.cuts.includes(number)) harness.cut();
  }
  return model;
}

function compareRandom(
  model: SearchModel,
  seed: number,
  queries: number,
  vocabulary: number,
  terms: () => number,
): void {
  const random = randomNumbers(seed);
  const last = model.records.at(-1)?.sequence ?? 0;
  for (let i = 0; i < queries; i++) {
    const query = Array.from({ length: terms() }, () => word(random(1 + random(vocabulary)))).join(" ");
    const lineage: Lineage = [[0, random(5) === 0 ? 1 + random(last) : last]];
    const limit = [1, 2, 10, 10, 33, 200][random(6)] ?? 10;
    expect(found(harness.search(query, lineage, limit).hits), `${query}, limit ${limit}`).toEqual(
      best(model, query, lineage, limit),
    );
  }
}

test("collectHits() finds what scoring everything finds, in several segments and a memtable", () => {
  const model = writeCorpus(1, 7000, { cuts: [2600, 3000, 6500], replaced: 10, vocabulary: 300 });
  const random = randomNumbers(11);
  compareRandom(model, 2, 1500, 300, () => 1 + random(4));
  compareRandom(model, 3, 60, 300, () => 20 + random(60));
});

test("collectHits() finds what scoring everything finds where most scores tie", () => {
  const model = writeCorpus(4, 5000, { cuts: [1500, 4600], replaced: 0, vocabulary: 6 });
  const random = randomNumbers(12);
  compareRandom(model, 5, 400, 6, () => 1 + random(4));
});

test("collectHits() finds what scoring everything finds where few documents show", () => {
  const model = writeCorpus(6, 5000, { cuts: [2500, 4990], replaced: 95, vocabulary: 60 });
  const random = randomNumbers(13);
  compareRandom(model, 7, 300, 60, () => 1 + random(4));
});

test("collectHits() finds the few documents that stand out among many alike", () => {
  harness.reset();
  const random = randomNumbers(9);
  const model = new SearchModel();
  const common = ["one", "two", "three", "four"];
  for (let number = 0; number < 9000; number++) {
    const some = common.filter(() => random(3) !== 0);
    const alike = [...some, ...Array.from({ length: 60 }, () => word(random(40)))];
    const body = random(250) === 0 ? some.flatMap((term) => Array.from({ length: 1 + random(9) }, () => term)) : alike;
    harness.add(
      model.add({ uri: `mv2://w/${number}`, branch: 0, sequence: 1, kind: "document", promoted: 0, title: [], body }),
    );
    if (number === 7000) harness.cut();
  }
  const lineage: Lineage = [[0, 1]];
  for (let choice = 1; choice < 64; choice++) {
    const query = [...common, word(3), word(30)].filter((_, i) => (choice >> i) & 1).join(" ");
    for (const limit of [1, 5, 20]) {
      expect(found(harness.search(query, lineage, limit).hits), query).toEqual(best(model, query, lineage, limit));
    }
  }
});

test("collectHits() scores a part of the documents, and reads a part of the blocks", () => {
  const model = writeCorpus(8, 9000, { cuts: [8999], replaced: 0, vocabulary: 3000 });
  const lineage: Lineage = [[0, 100]];
  const query = `${word(900)} ${word(0)}`;
  const all = harness.scoreAll(query, lineage).size;
  const before = [Number(harness.core.documentsScored.value), Number(harness.core.blocksDecoded.value)];
  harness.scoreAll(query, lineage);
  const blocks = Number(harness.core.blocksDecoded.value) - (before[1] ?? 0);
  const between = Number(harness.core.blocksDecoded.value);
  harness.search(query, lineage, 3);
  expect(model.records.length).toBe(9000);
  expect(Number(harness.core.documentsScored.value) - (before[0] ?? 0)).toBeLessThan(all / 4);
  expect(Number(harness.core.blocksDecoded.value) - between).toBeLessThan(blocks);
});
