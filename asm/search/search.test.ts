import { beforeAll, expect, test } from "vitest";
import { randomNumbers } from "../testing/memtable-harness.js";
import { COUNT, EXPLAIN, LIMIT_EXCEEDED, SearchHarness } from "../testing/search-harness.js";
import { word, writeHistory } from "../testing/search-histories.js";
import type { Lineage, Ranking, SearchModel } from "../testing/search-model.js";
import { rank } from "../testing/search-model.js";

const ranking: Ranking = { k1: 1.2, titleWeight: 2, titleB: 0.75, bodyWeight: 1, bodyB: 0.75 };
const main = (sequence: number): Lineage => [[0, sequence]];
let harness: SearchHarness;
beforeAll(async () => {
  harness = await SearchHarness.create();
}, 120_000);

/** Compares a search with the model's, in all that it answers. */
function compare(model: SearchModel, query: string[], lineage: Lineage, limit: number, parameters = ranking): void {
  const expected = rank(model.documents(lineage), query, parameters);
  const answer = harness.search(query.join(" "), lineage, limit, COUNT | EXPLAIN);
  expect(answer.documents).toBe(expected.documents);
  expect(answer.terms).toEqual(expected.terms);
  expect(answer.total).toBe(expected.hits.length);
  expect(answer.hits.map(({ record, uri, score }) => ({ record, uri, score }))).toEqual(expected.hits.slice(0, limit));
  for (const hit of answer.hits) {
    const document = model.records[hit.record];
    expect(hit.explanations.reduce((sum, { contribution }) => sum + contribution, 0n)).toBe(hit.score);
    expect([hit.titleLength, hit.bodyLength]).toEqual([document?.title.length, document?.body.length]);
    answer.terms.forEach(({ term }, i) => {
      expect(hit.explanations[i]?.titleTf).toBe(document?.title.filter((other) => other === term).length);
      expect(hit.explanations[i]?.bodyTf).toBe(document?.body.filter((other) => other === term).length);
    });
  }
}

test("search() ranks as the definition does, over segments and memtable with replaced and removed documents", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const model = writeHistory(harness, { seed, commits: 20, records: 20, uris: 120, words: 40, bodyWords: 20 });
    const random = randomNumbers(seed + 100);
    for (let i = 0; i < 25; i++) {
      const query = Array.from({ length: 1 + random(4) }, () => word(random(45)));
      compare(model, query, main(random(4) === 0 ? 1 + random(20) : 20), [1, 3, 10, 1000][random(4)] ?? 1);
    }
  }
});

test("search() sees what a branch shows at each time: forks, promotions, removals", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const model = writeHistory(harness, {
      seed,
      commits: 30,
      records: 8,
      uris: 30,
      words: 20,
      bodyWords: 12,
      branches: true,
    });
    const random = randomNumbers(seed + 200);
    for (let i = 0; i < 40; i++) {
      const lineage = model.lineage(random(model.branches.length), 1 + random(30));
      compare(model, [word(random(20)), word(random(20))], random(8) === 0 ? lineage.slice(0, 1) : lineage, 5);
    }
  }
});

test("search() answers after each commit what it would without the views that it kept", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const model = writeHistory(harness, {
      seed,
      commits: 40,
      records: 6,
      uris: 40,
      words: 12,
      bodyWords: 10,
      branches: true,
      afterCommit: (history, sequence) => {
        for (let branch = 0; branch < Math.min(4, history.branches.length); branch++) {
          compare(history, [word(sequence % 7), word(1)], history.lineage(branch, sequence), 4);
        }
      },
    });
    expect(model.records.length).toBeGreaterThan(40);
  }
});

test("search() passes over what is pending, and sees it when it is asked for", () => {
  const model = writeHistory(harness, { seed: 9, commits: 5, records: 10, uris: 30, words: 10, bodyWords: 10 });
  for (let i = 0; i < 30; i++) {
    const uri = `mv2://w/${word(i)}`;
    harness.add(
      model.add({
        uri,
        branch: 0,
        sequence: 6,
        kind: i % 5 === 4 ? "removal" : "document",
        promoted: 0,
        title: [],
        body: [word(i % 3)],
      }),
    );
    for (const sequence of [5, 6, 7]) compare(model, [word(0), word(1)], main(sequence), 5);
    if (i === 20) harness.cut();
  }
});

test("search() takes other ranking parameters", () => {
  const others: Ranking[] = [
    { k1: 0.9, titleWeight: 1, titleB: 0, bodyWeight: 1, bodyB: 1 },
    { k1: 2, titleWeight: 5.5, titleB: 1, bodyWeight: 0.5, bodyB: 0 },
    { k1: 0, titleWeight: 1, titleB: 0.5, bodyWeight: 1, bodyB: 0.5 },
  ];
  for (const parameters of others) {
    const model = writeHistory(harness, { seed: 5, commits: 12, records: 20, uris: 200, words: 20, bodyWords: 20 });
    harness.setRanking(parameters);
    for (let i = 0; i < 20; i++) compare(model, [word(i), word(i >> 1)], main(12), 7, parameters);
  }
});

test("search() finds the first URIs among thousands of equal scores", () => {
  harness.reset();
  const random = randomNumbers(7);
  const uris = Array.from({ length: 12000 }, (_, i) => `mv2://w/${(i * 7919) % 12007}-${random(1000)}`);
  uris.forEach((uri, number) => {
    const body = number % 3000 === 17 ? ["same", "same", "other"] : ["same", "other"];
    harness.add({
      number,
      uri,
      branch: 0,
      sequence: 1,
      kind: "document",
      promoted: 0,
      title: [],
      body,
      exceptions: [],
    });
    if (number % 5000 === 4999) harness.cut();
  });
  const order = (from: string[]) => from.sort((a, b) => (a < b ? -1 : 1));
  const first = order(uris.filter((_, number) => number % 3000 === 17));
  const rest = order(uris.filter((_, number) => number % 3000 !== 17));
  for (const limit of [1, 3, 4, 5, 100, 10000]) {
    for (const query of ["same", "same other"]) {
      const hits = harness.search(query, main(1), limit).hits;
      expect(hits.map(({ uri }) => uri)).toEqual([...first, ...rest].slice(0, limit));
    }
  }
});

test("search() takes 4,096 terms and 10,000 hits, and says so beyond", () => {
  const model = writeHistory(harness, { seed: 3, commits: 10, records: 30, uris: 300, words: 300, bodyWords: 40 });
  const terms = Array.from({ length: 4096 }, (_, i) => word(i));
  compare(model, terms, main(10), 20);
  expect(harness.trySearch([...terms, "onemore"].join(" "), main(10))).toBe(LIMIT_EXCEEDED);
  expect(harness.trySearch("wq", main(10), 10001)).toBe(LIMIT_EXCEEDED);
  expect(harness.trySearch("x".repeat((1 << 20) + 1), main(10))).toBe(LIMIT_EXCEEDED);
  expect(
    harness.trySearch(
      "wq",
      Array.from({ length: 65 }, (_, i) => [i, 1]),
    ),
  ).toBe(LIMIT_EXCEEDED);
});

test("search() answers nothing to a query without terms, and nothing but the count for no hits", () => {
  const model = writeHistory(harness, { seed: 4, commits: 6, records: 20, uris: 100, words: 10, bodyWords: 10 });
  expect(harness.search("", main(6)).hits).toEqual([]);
  expect(harness.search(" … ", main(6)).terms).toEqual([]);
  expect(harness.search("nowhere", main(6)).terms).toEqual([{ term: "nowhere", frequency: 1, df: 0, idf: 0 }]);
  const expected = rank(model.documents(main(6)), [word(1), word(2)], ranking).hits.length;
  const counted = harness.search(`${word(1)} ${word(2)}`, main(6), 0, COUNT);
  expect([counted.total, counted.hits.length]).toEqual([expected, 0]);
  expect(harness.search(word(1), [], 10, COUNT)).toMatchObject({ total: 0, documents: 0, hits: [] });
});
