import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
// @ts-expect-error a measured program's module, without types
import { qualityOf, rankingQuality, readJudgements } from "./programs/ranking-quality.mjs";

const folder = mkdtempSync(join(tmpdir(), "speckit-quality-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("rankingQuality() gives what is worked out by hand", () => {
  const grades = new Map([
    ["a", 3],
    ["b", 1],
    ["c", 2],
  ]);
  expect(rankingQuality(["x", "a", "b"], grades)).toEqual({
    ndcg10: (3 / Math.log2(3) + 1 / 2) / (3 + 2 / Math.log2(3) + 1 / 2),
    map: (1 / 2 + 2 / 3) / 3,
    recall100: 2 / 3,
  });
  expect(rankingQuality(["a", "c", "b"], grades)).toEqual({ ndcg10: 1, map: 1, recall100: 1 });
  expect(rankingQuality([], grades)).toEqual({ ndcg10: 0, map: 0, recall100: 0 });
});

test("what stands behind the cuts doesn't count", () => {
  const ranking = Array.from({ length: 101 }, (_, i) => `${i}`);
  expect(rankingQuality(ranking, new Map([["10", 1]]))).toMatchObject({ ndcg10: 0, map: 1 / 11, recall100: 1 });
  expect(rankingQuality(ranking, new Map([["100", 1]]))).toMatchObject({ map: 1 / 101, recall100: 0 });
});

test("qualityOf() means over the queries that have something relevant", async () => {
  const file = join(folder, "qrels.tsv");
  writeFileSync(file, "query-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t0\n2\tb\t1\n3\ta\t0\n");
  const judgements = readJudgements(file);
  expect([...judgements.keys()]).toEqual(["1", "2"]);
  const queries = ["1", "2", "3"].map((id) => ({ id, text: id }));
  expect(await qualityOf(queries, judgements, () => ["a"])).toEqual({ ndcg10: 0.5, map: 0.5, recall100: 0.5 });
});
