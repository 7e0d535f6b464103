import { beforeAll, expect, test } from "vitest";
import { randomNumbers } from "../testing/memtable-harness.js";
import { SearchHarness } from "../testing/search-harness.js";
import type { Lineage } from "../testing/search-model.js";
import { SearchModel } from "../testing/search-model.js";

let harness: SearchHarness;
beforeAll(async () => {
  harness = await SearchHarness.create();
}, 120_000);

const lineage: Lineage = [[0, 1]];

/**
 * A dense term whose frequencies change from block to block of its list, and two thin ones that are frequent in some of their blocks: windows
 * that end where the dense term's blocks do lie within blocks of the thin ones.
 */
function writeWaves(seed: number, documents: number): SearchModel {
  const random = randomNumbers(seed);
  const model = new SearchModel();
  harness.reset();
  const every = 6 + random(12);
  const isDense = [...Array(1 + documents / 256)].map(() => random(2) === 0);
  const count = { thin: 0, sparse: 0 };
  const isHigh = { thin: [false], sparse: [false] };
  const times = (term: string, tf: number) => Array.from({ length: tf }, () => term);
  const thin = (term: "thin" | "sparse", odds: number): string[] => {
    if (random(every) !== 0) return [];
    const block = count[term]++ >> 7;
    isHigh[term][block] ??= random(odds) === 0;
    return times(term, isHigh[term][block] && random(20) === 0 ? 20 : 1);
  };
  for (let number = 0; number < documents; number++) {
    const dense = random(2) === 0 ? times("dense", isDense[number >> 8] ? 8 + random(12) : 1) : [];
    const body = [...dense, ...thin("thin", 2), ...thin("sparse", 6)];
    const filler = times("filler", 190 + random(20) - body.length);
    const uri = `mv2://w/${random(1 << 20).toString(36)}-${number}`;
    harness.add(
      model.add({ uri, branch: 0, sequence: 1, kind: "document", promoted: 0, title: [], body: [...body, ...filler] }),
    );
  }
  harness.cut();
  return model;
}

test("findPairs() leaves out no document beyond the end of a window", () => {
  for (let seed = 3; seed <= 6; seed++) {
    const model = writeWaves(seed, 20480);
    const uriOf = (record: number) => model.records[record]?.uri ?? "";
    for (let weight = 1; weight <= 6; weight++) {
      const query = `thin sparse ${"dense ".repeat(weight)}`;
      const all = [...harness.scoreAll(query, lineage)].map(([record, score]) => ({ record, score }));
      all.sort((a, b) =>
        a.score === b.score ? (uriOf(a.record) < uriOf(b.record) ? -1 : 1) : a.score > b.score ? -1 : 1,
      );
      for (const limit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const found = harness.search(query, lineage, limit).hits.map(({ record, score }) => ({ record, score }));
        expect(found, `seed ${seed}, ${query}, limit ${limit}`).toEqual(all.slice(0, limit));
      }
    }
  }
});
