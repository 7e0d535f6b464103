import { blake3 } from "@noble/hashes/blake3.js";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../runtimes/std.js";
import { Capsule } from "./capsule.js";
import type { SearchResult } from "./hits.js";
import { CAPSULE_PATH, errorOf, newCapsule } from "./testing/fixtures.js";

const uriOf = (path: string) => `mv2://default/workspace/main/artifact/${path}`;

async function library() {
  const { capsule, runtime } = await newCapsule();
  await capsule.put({ path: "a" }, "The retry budget is spent. Retries wait longer each time.", {
    title: "Retry budget",
  });
  await capsule.put({ path: "b" }, "A plan for the budget of next year; größere Änderungen 😀 folgen dem budget.");
  await capsule.put({ path: "c" }, "Nothing of interest.");
  await capsule.put({ path: "d" }, "retry budget", { index: false });
  await capsule.commit();
  return { capsule, runtime };
}

/** docs/format.md part 10, by another implementation of BLAKE3. */
function digestOf(result: SearchResult): string {
  const parts = result.hits.map(({ uri, score }) => {
    const bytes = new TextEncoder().encode(uri);
    const part = new Uint8Array(12 + bytes.length);
    const view = new DataView(part.buffer);
    view.setUint32(0, bytes.length, true);
    part.set(bytes, 4);
    view.setBigUint64(4 + bytes.length, BigInt(score * 2 ** 32), true);
    return part;
  });
  const hash = blake3.create();
  for (const part of parts) hash.update(part);
  return encodeHex(hash.digest());
}

describe("an aborted search", () => {
  it("ends with Aborted", async () => {
    const { capsule } = await newCapsule();
    await capsule.put({ path: "a" }, "retry");
    await capsule.commit();
    expect(await errorOf(capsule.search("retry", { signal: AbortSignal.abort() }))).toMatchObject({ code: "Aborted" });
    const controller = new AbortController();
    expect((await capsule.search("retry", { signal: controller.signal })).hits).toHaveLength(1);
    await capsule.close();
  });
});

describe("search()", () => {
  it("ranks documents, with titles, snippets and highlights", async () => {
    const { capsule } = await library();
    const result = await capsule.search("retries BUDGET", { count: true });
    expect(result.hits.map(({ uri }) => uri)).toEqual([uriOf("a"), uriOf("b")]);
    expect(result).toMatchObject({ query: "retries BUDGET", total: 2, documentCount: 3 });
    const [first, second] = result.hits;
    expect(first?.title).toBe("Retry budget");
    expect(second?.title).toBeNull();
    expect(first?.score).toBeGreaterThan(second?.score ?? Number.NaN);
    for (const hit of result.hits) {
      expect(hit.highlights.length).toBeGreaterThan(0);
      const marked = hit.highlights.map(({ start, end }) => hit.snippet?.slice(start, end).toLowerCase());
      expect(marked.every((word) => word !== undefined && /^(retr(y|ies)|budget)$/.test(word))).toBe(true);
    }
    expect(result.resultsDigest).toBe(digestOf(result));
    await capsule.close();
  });

  it("counts highlights in UTF-16 units behind characters of any width", async () => {
    const { capsule } = await library();
    const [hit] = (await capsule.search("folgen")).hits;
    expect(hit?.highlights.map(({ start, end }) => hit.snippet?.slice(start, end))).toEqual(["folgen"]);
    await capsule.close();
  });

  it("explains scores so that the parts add up", async () => {
    const { capsule } = await library();
    const { hits, terms } = await capsule.search("retry budget plan absent", { explain: true });
    expect(terms.map(({ term, documentFrequency }) => [term, documentFrequency])).toEqual([
      ["retri", 1],
      ["budget", 2],
      ["plan", 1],
      ["absent", 0],
    ]);
    for (const hit of hits) {
      const sum = hit.explanation?.terms.reduce((total, { contribution }) => total + contribution, 0);
      expect(sum).toBe(hit.score);
      expect(hit.explanation?.terms.map(({ term }) => term)).toEqual(terms.map(({ term }) => term));
      expect(hit.explanation?.bodyLength).toBeGreaterThan(5);
    }
    expect((await capsule.search("budget")).hits[0]).not.toHaveProperty("explanation");
    await capsule.close();
  });

  it("sees commits, not what waits for one", async () => {
    const { capsule } = await library();
    await capsule.put({ path: "e" }, "interest in retries");
    expect((await capsule.search("interest", { count: true })).total).toBe(1);
    await capsule.commit();
    expect((await capsule.search("interest", { count: true })).total).toBe(2);
    await capsule.remove(uriOf("c"));
    await capsule.put({ path: "e" }, "superseded");
    await capsule.commit();
    expect((await capsule.search("interest", { count: true })).total).toBe(0);
    await capsule.close();
  });

  it("gives the same however the documents were committed, and after reopening", async () => {
    const documents = Array.from({ length: 300 }, (_, index) => ({
      target: { path: `d/${index}` },
      content: `word${index % 11} word${index % 7} word${index % 3} `.repeat((index % 5) + 1),
      title: `word${index % 13}`,
    }));
    const digests = new Set<string>();
    for (const size of [1, 7, 300]) {
      const { capsule, runtime } = await newCapsule();
      for (let from = 0; from < documents.length; from += size) {
        await capsule.putMany(documents.slice(from, from + size));
        await capsule.commit();
      }
      const query = "word1 word3 word12";
      digests.add((await capsule.search(query, { limit: 50 })).resultsDigest);
      await capsule.close();
      const reader = await Capsule.open(CAPSULE_PATH, { runtime });
      digests.add((await reader.search(query, { limit: 50 })).resultsDigest);
      await reader.close();
    }
    expect(digests.size).toBe(1);
  });

  it("takes any text as a query, and nothing but sensible limits", async () => {
    const { capsule } = await library();
    for (const query of ["", " ", "AND OR NOT", '"', "(", "*:*", "-retry", "\0", "\ud800", "日本語"]) {
      await capsule.search(query);
    }
    expect((await capsule.search("budget", { limit: 1 })).hits).toHaveLength(1);
    for (const limit of [0, -1, 1.5, 10_001]) {
      expect(await errorOf(capsule.search("x", { limit }))).toMatchObject({ code: "InvalidArgument" });
    }
    expect(await errorOf(capsule.search("x", { snippetBytes: 0 }))).toMatchObject({ code: "InvalidArgument" });
    expect(await errorOf(capsule.search(5 as never))).toMatchObject({ code: "InvalidArgument" });
    expect(await errorOf(capsule.search("x".repeat(70_000)))).toMatchObject({ code: "TooLarge" });
    await capsule.close();
  });

  it("without snippets gives hits alone", async () => {
    const { capsule } = await library();
    const plain = await capsule.search("budget", { snippets: false });
    const shown = await capsule.search("budget");
    expect(plain.hits).toMatchObject([{ title: null, snippet: null, highlights: [] }, {}]);
    expect(plain.resultsDigest).toBe(shown.resultsDigest);
    await capsule.close();
  });

  it("keeps a snippet within its bytes", async () => {
    const { capsule } = await newCapsule();
    await capsule.put({ path: "long" }, `${"größe ".repeat(500)}needle ${"größe ".repeat(500)}`);
    await capsule.commit();
    const [hit] = (await capsule.search("needle", { snippetBytes: 60 })).hits;
    expect(new TextEncoder().encode(hit?.snippet ?? "").length).toBeLessThanOrEqual(60);
    expect(hit?.highlights.map(({ start, end }) => hit.snippet?.slice(start, end))).toEqual(["needle"]);
    await capsule.close();
  });
});
