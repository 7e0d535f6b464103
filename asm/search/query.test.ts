import { beforeAll, expect, test } from "vitest";
import { ENGLISH, PLAIN, SearchHarness } from "../testing/search-harness.js";
import { word } from "../testing/search-histories.js";

let harness: SearchHarness;
beforeAll(async () => {
  harness = await SearchHarness.create();
}, 120_000);

/** The terms of a query, each with how often the query holds it. */
function termsOf(query: string, analyzer: number): [term: string, frequency: number][] {
  harness.setRanking({ k1: 1.5, titleWeight: 3, titleB: 0.75, bodyWeight: 1, bodyB: 0.75 }, analyzer);
  return harness.search(query, [[0, 1]]).terms.map(({ term, frequency }) => [term, frequency]);
}

test("parseQuery() counts each term where it first appears", () => {
  expect(termsOf("Retry budget, retry RETRY policy", PLAIN)).toEqual([
    ["retry", 3],
    ["budget", 1],
    ["policy", 1],
  ]);
  expect(termsOf("retried retries", ENGLISH)).toEqual([["retri", 2]]);
});

test("parseQuery() leaves stop words out of English queries, unless there is nothing else", () => {
  expect(termsOf("what is the budget of the retry", ENGLISH)).toEqual([
    ["budget", 1],
    ["retri", 1],
  ]);
  expect(termsOf("To be, or to be", ENGLISH)).toEqual([
    ["to", 2],
    ["be", 2],
    ["or", 1],
  ]);
  expect(termsOf("the budget", PLAIN).map(([term]) => term)).toEqual(["the", "budget"]);
});

test("parseQuery() takes single ideographs only where they stand alone", () => {
  expect(termsOf("検索", PLAIN)).toEqual([["検索", 1]]);
  expect(termsOf("検", PLAIN)).toEqual([["検", 1]]);
});

test("parseQuery() tells thousands of terms apart, of any length", () => {
  const words = Array.from({ length: 2000 }, (_, i) => word(i) + "y".repeat(i % 40));
  expect(termsOf([...words, ...words.slice(0, 700)].join(" "), PLAIN)).toEqual(
    words.map((term, i) => [term, i < 700 ? 2 : 1]),
  );
});
