import { describe, expect, it } from "vitest";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { encodeUtf8 } from "../../runtimes/std.js";
import { CapsuleMemory } from "../memory/capsule-memory.js";
import type { Memory } from "../memory/memory.js";
import { errorOf, newCapsule } from "../testing/fixtures.js";
import { parseGoldenSuite, runParity } from "./parity.js";
import { parityMarkdown } from "./parity-markdown.js";

const { environment } = createMemoryRuntime();
const uri = (name: string) => `mv2://default/workspace/main/artifact/${name}`;

/** A memory that answers each query with a list of ids. */
function fixed(answers: Readonly<Record<string, readonly string[]>>): Memory {
  const refuse = () => Promise.reject(new Error("not asked for"));
  return {
    backend: "local-memory",
    fallback: null,
    search: async (query, { limit = 10 } = {}) =>
      (answers[query] ?? []).slice(0, limit).map((id) => ({ id, uri: id, score: null, title: null, text: "" })),
    put: refuse,
    get: refuse,
    commitStage: refuse,
    close: async () => undefined,
  };
}

async function capsuleMemory(): Promise<Memory> {
  const { capsule } = await newCapsule();
  await capsule.put({ path: "a" }, "retry budget of the client");
  await capsule.put({ path: "b" }, "the lock of a writer");
  await capsule.commit();
  return new CapsuleMemory(capsule);
}

const suite = {
  name: "two",
  queries: [
    { query: "retry", relevant: [uri("a")] },
    { query: "lock writer", relevant: [uri("b")] },
  ],
};

describe("runParity()", () => {
  it("gives the capsule's figures beside the daemon's, and passes the gate", async () => {
    const baseline = fixed({ retry: [uri("b"), uri("a")], "lock writer": [uri("b")] });
    const { result } = await runParity(suite, { baseline, candidate: await capsuleMemory(), environment }, { k: 2 });
    expect(result).toMatchObject({
      query_count: 2,
      baseline: { backend: "local-memory", precision: 0.5, recall: 1, mrr: 0.75 },
      candidate: { backend: "memvid", precision: 0.5, recall: 1, mrr: 1 },
      gate: { passed: true },
    });
    expect(result.queries[0]?.baseline.hits).toEqual([uri("b"), uri("a")]);
  });

  it("is the same from run to run whatever the latencies, which stay outside of what is hashed", async () => {
    const candidate = await capsuleMemory();
    const baseline = fixed({ retry: [uri("a")] });
    const run = (step: number) => {
      let now = 0;
      return runParity(suite, { baseline, candidate, environment }, { clock: () => (now += step) });
    };
    const [slow, fast] = [await run(1000), await run(1)];
    expect(slow.result).toEqual(fast.result);
    expect(slow.result_hash).toBe(fast.result_hash);
    expect(slow.result_hash).toMatch(/^[0-9a-f]{64}$/);
    expect([slow.latency.baseline.median_ms, fast.latency.candidate.max_ms]).toEqual([1000, 1]);
    expect(JSON.stringify(slow.result)).not.toContain("_ms");
  });

  it.each([
    ["95 of 100 passes", 95, true],
    ["94 of 100 fails", 94, false],
    ["nothing fails", 0, false],
  ])("the gate: %s", async (_name, found, passed) => {
    const queries = Array.from({ length: 100 }, (_, i) => ({ query: `q${i}`, relevant: [`m${i}`] }));
    const all = Object.fromEntries(queries.map(({ query, relevant }) => [query, relevant]));
    const some = Object.fromEntries(queries.slice(0, found).map(({ query, relevant }) => [query, relevant]));
    const sides = { baseline: fixed(all), candidate: fixed(some), environment };
    const { result } = await runParity({ queries }, sides);
    expect(result.gate.checks.map((check) => check.passed)).toEqual([passed, passed, passed]);
    expect(result.gate.passed).toBe(passed);
  });

  it("fails the gate where both find nothing: nothing was shown", async () => {
    const { result } = await runParity(suite, { baseline: fixed({}), candidate: fixed({}), environment });
    expect(result.gate.passed).toBe(false);
  });

  it("refuses a k that can't be", async () => {
    const error = await errorOf(runParity(suite, { baseline: fixed({}), candidate: fixed({}), environment }, { k: 0 }));
    expect(error.code).toBe("InvalidArgument");
  });
});

describe("parseGoldenSuite()", () => {
  it.each([
    ["no JSON", "{", "not JSON"],
    ["no queries", '{"queries":[]}', "queries"],
    ["a query without anything relevant", '{"queries":[{"query":"a","relevant":[]}]}', "queries.0.relevant"],
    ["an unknown key", '{"queries":[{"query":"a","relevant":["b"],"x":1}]}', "x"],
  ])("names what is wrong: %s", async (_name, text, told) => {
    const error = await errorOf(parseGoldenSuite(encodeUtf8(text), "golden.json"));
    expect(error.code).toBe("InvalidArgument");
    expect(error.message).toContain(told);
  });
});

describe("parityMarkdown()", () => {
  it("shows figures, gate and queries, with what could be markup escaped", async () => {
    const queries = [{ query: "a | b\n*c*", relevant: ["m"] }];
    const sides = { baseline: fixed({}), candidate: fixed({}), environment };
    const text = parityMarkdown(await runParity({ name: "s", queries }, sides));
    expect(text).toContain("# Parity: s\n");
    expect(text).toContain("Gate: **failed**");
    expect(text).toContain("| a \\| b \\*c\\* | 1 | 0.0000 | 0.0000 |");
  });
});
