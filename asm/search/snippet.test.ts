import { beforeAll, expect, test } from "vitest";
import { randomNumbers } from "../testing/memtable-harness.js";
import { ENGLISH, SearchHarness } from "../testing/search-harness.js";

let harness: SearchHarness;
beforeAll(async () => {
  harness = await SearchHarness.create();
}, 120_000);

const filler = (words: number) => Array.from({ length: words }, (_, i) => `filler${i % 7}`).join(" ");

test("snippetRun() shows all of a short text, with its matching words", () => {
  const snippet = harness.snippet("Fix a memory leak in write-tree.c", "leak memory", 200);
  expect(snippet).toMatchObject({
    start: 0,
    end: 33,
    text: "Fix a memory leak in write-tree.c",
    words: ["memory", "leak"],
  });
});

test("snippetRun() matches words as searching does: folded, and stemmed in English", () => {
  expect(harness.snippet("Renaming RENAMED files", "rename", 100, { analyzer: ENGLISH }).words).toEqual([
    "Renaming",
    "RENAMED",
  ]);
  expect(harness.snippet("Renaming RENAMED files", "renamed", 100).words).toEqual(["RENAMED"]);
  expect(harness.snippet("日本語の検索エンジン", "検索", 100).words).toEqual(["検索"]);
});

test("snippetRun() prefers the window with the most distinct terms, then with the most matches, then the first", () => {
  const text = `alpha alpha alpha ${filler(60)} alpha beta ${filler(60)} alpha beta beta ${filler(60)} beta alpha beta`;
  const snippet = harness.snippet(text, "beta alpha", 60);
  expect(snippet.start).toBeGreaterThan(text.indexOf("alpha beta beta") - 60);
  expect(snippet.words).toEqual(["alpha", "beta", "beta"]);
  expect(harness.snippet(text, "alpha", 60).start).toBe(0);
});

test("snippetRun() weighs terms by their idf where it is known", () => {
  const text = `common other ${filler(60)} rare`;
  expect(harness.snippet(text, "common other rare", 40).words).toEqual(["common", "other"]);
  expect(harness.snippet(text, "common other rare", 40, { idfs: [0.5, 0.5, 6] }).words).toEqual(["rare"]);
});

test("snippetRun() begins with the line or sentence that holds the match if it is near, and ends with one", () => {
  const text = `${filler(40)}. The cache was read twice. It should be read once! ${filler(40)}`;
  expect(harness.snippet(text, "twice", 60).text).toBe("The cache was read twice. It should be read once!");
  const lines = `${filler(40)}\nthe cache was read twice\nthe next line is longer than fits in here ${filler(30)}`;
  expect(harness.snippet(lines, "twice", 45).text).toBe("the cache was read twice");
});

test("snippetRun() begins and ends between words where no sentence is near", () => {
  const snippet = harness.snippet(`${filler(100)} needle ${filler(100)}`, "needle", 80);
  expect(snippet.text).toMatch(/^filler\d (filler\d )*needle( filler\d)+$/);
  expect(snippet.bytes.length).toBeGreaterThan(60);
});

test("snippetRun() shows the beginning where nothing matches", () => {
  expect(harness.snippet(`One line.\n${filler(50)}`, "zebra", 14)).toMatchObject({
    start: 0,
    text: "One line.",
    words: [],
  });
  expect(harness.snippet("", "zebra", 10)).toMatchObject({ start: 0, end: 0, text: "", words: [] });
  expect(harness.snippet("some text", "", 4)).toMatchObject({ text: "some" });
});

test("snippetRun() makes one highlight of matches that overlap", () => {
  const snippet = harness.snippet("call retry_budget now", "retry_budget budget", 100);
  expect(snippet.words).toEqual(["retry_budget"]);
  expect(harness.snippet("東京都庁", "東京都庁", 100).words).toEqual(["東京都庁"]);
});

test("snippetRun() cuts no character, whatever the room, and leaves out one that the text's end cut", () => {
  const text = "änderung größe — 検索エンジン 🚀🚀🚀 überall";
  for (let room = 0; room < 70; room++) {
    for (const query of ["größe", "検索", "überall", "nothing"]) {
      const { bytes, start, end } = harness.snippet(text, query, room);
      expect(bytes.length).toBeLessThanOrEqual(room);
      expect(end - start).toBe(bytes.length);
      expect(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)).not.toThrow();
    }
  }
  const bytes = new TextEncoder().encode("rocket 🚀");
  for (let cut = 8; cut < bytes.length; cut++)
    expect(harness.snippet(bytes.subarray(0, cut), "rocket", 50).text).toBe("rocket");
  expect(harness.snippet(bytes, "rocket", 50).text).toBe("rocket 🚀");
});

test("snippetRun() keeps its promises for random texts: bounds, order, and the best window", () => {
  const random = randomNumbers(41);
  const parts = [
    "aa",
    "bb",
    "cc",
    "dd",
    "ee",
    ". ",
    "\n",
    " ",
    "é",
    "検索",
    "🚀",
    "foo_bar",
    "getFooBar",
    "x".repeat(60),
  ];
  const encoder = new TextEncoder();
  for (let i = 0; i < 600; i++) {
    const text = Array.from(
      { length: random(200) },
      () => `${parts[random(parts.length)] ?? ""}${random(3) ? " " : ""}`,
    ).join("");
    const room = random(150);
    const snippet = harness.snippet(text, "aa bb foo 検索", room);
    const bytes = encoder.encode(text);
    expect(snippet.bytes).toEqual(bytes.slice(snippet.start, snippet.end));
    expect(snippet.bytes.length).toBeLessThanOrEqual(room);
    let last = 0;
    for (const [start, end] of snippet.highlights) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      last = end;
    }
    expect(last).toBeLessThanOrEqual(snippet.bytes.length);
    expect(distinct(snippet.words)).toBeGreaterThanOrEqual(
      mostDistinct(harness.snippet(text, "aa bb foo 検索", bytes.length), room),
    );
  }
});

/** The distinct terms of the query among highlighted words. */
function distinct(words: string[]): number {
  return ["aa", "bb", "foo", "検索"].filter((term) => words.some((found) => found.toLowerCase().includes(term))).length;
}

/** The most distinct terms that whole highlights within `room` bytes hold. */
function mostDistinct(all: { highlights: [number, number][]; words: string[] }, room: number): number {
  return Math.max(
    0,
    ...all.highlights.map(([first]) =>
      distinct(
        all.words.filter((_, i) => {
          const [start, end] = all.highlights[i] ?? [0, 0];
          return start >= first && end <= first + room;
        }),
      ),
    ),
  );
}

test("snippetRun() finds the only match at the end of a long text", () => {
  const text = `${filler(90_000)} needle`;
  expect(harness.snippet(text, "needle filler3", 100).words).toContain("needle");
});
