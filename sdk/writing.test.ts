import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import type { Document } from "./entries.js";
import { CAPSULE_PATH, collect, collectBytes, errorOf, newCapsule, noise, START_MS } from "./testing/fixtures.js";
import type { Uri } from "./uri.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const uriOf = (path: string): Uri => `mv2://default/workspace/main/artifact/${path}` as Uri;

describe("put()", () => {
  it("tells whether the content was there already", async () => {
    const { capsule } = await newCapsule();
    const stored: unknown[] = [];
    const onStored = (document: unknown): void => void stored.push(document);
    const text = "the same content, long enough to be looked up";
    await capsule.put({ path: "a" }, text, { onStored });
    await capsule.put({ path: "b" }, new Blob([text]).stream(), { onStored });
    await capsule.putMany([{ target: { path: "c" }, content: text, onStored }]);
    expect(stored).toEqual([
      { uri: uriOf("a"), deduplicated: false },
      { uri: uriOf("b"), deduplicated: true },
      { uri: uriOf("c"), deduplicated: true },
    ]);
    await capsule.commit();
    expect(await capsule.stats()).toMatchObject({
      contentBytesPut: 3 * text.length,
      contentBytesRepeated: 2 * text.length,
    });
    await capsule.close();
  });

  it("returns the URI and gives the same content back, before and after the commit", async () => {
    const { capsule, runtime } = await newCapsule();
    const uri = await capsule.put({ path: "a/b.md" }, "# Größe\n", {
      title: "Größe",
      tags: ["x", "y"],
      attributes: { b: 1, a: [true] },
    });
    expect(uri).toBe(uriOf("a/b.md"));
    expect(await capsule.get(uri, { as: "text" })).toBe("# Größe\n");
    expect(await capsule.resolve(uri)).toMatchObject({ committed: false, sequence: 1 });
    await capsule.commit();
    await capsule.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await reader.get(uri)).toEqual(bytesOf("# Größe\n"));
    expect(await reader.resolve(uri, { contentHash: true })).toMatchObject({
      uri,
      resolvedUri: uri,
      kind: "revision",
      title: "Größe",
      tags: ["x", "y"],
      attributes: { a: [true], b: 1 },
      mediaType: "text/markdown",
      sizeBytes: 10,
      sequence: 1,
      committed: true,
      indexed: true,
      branch: "main",
      aliasesFollowed: 0,
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await reader.close();
  });

  it("places a document by spec, run and type, those of the call before those of the capsule", async () => {
    const { capsule } = await newCapsule({ specId: "SPEC-1", runId: "run_abc" });
    expect(await capsule.put({ path: "x" }, "")).toBe("mv2://default/SPEC-1/abc/artifact/x");
    expect(await capsule.put({ path: "x", type: "card" }, "")).toBe("mv2://default/SPEC-1/abc/card/x");
    expect(await capsule.put({ path: "x", runId: "run_2" }, "")).toBe("mv2://default/SPEC-1/2/artifact/x");
    expect(await capsule.put({ path: "x", specId: "SPEC-2" }, "")).toBe("mv2://default/SPEC-2/main/artifact/x");
    expect(await capsule.put({ path: "x", specId: "SPEC-2", runId: "c" }, "")).toBe(
      "mv2://default/SPEC-2/c/artifact/x",
    );
    expect(await capsule.put({ path: "p1", type: "policy" }, "")).toBe("mv2://default/policy/p1");
    expect(await capsule.put("mv2://default/SPEC-9/r/edge/e", "")).toBe("mv2://default/SPEC-9/r/edge/e");
    await capsule.close();
  });

  it("refuses the same run under a second spec, also after reopening", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put("mv2://default/SPEC-1/abc/artifact/x", "1");
    const again = () => capsule.put({ path: "x", specId: "SPEC-2", runId: "run_abc" }, "2");
    expect(await errorOf(again)).toMatchObject({ code: "RunOfOtherSpec", details: { runId: "abc", specId: "SPEC-1" } });
    await capsule.put("mv2://default/SPEC-2/abcd/artifact/x", "an id that only begins alike is another run");
    await capsule.put("mv2://default/SPEC-2/main/artifact/x", "every spec has a run main");
    await capsule.close();
    const writer = await Capsule.open(CAPSULE_PATH, { runtime, mode: "write" });
    const fresh = () => writer.put("mv2://default/ZZZ/abc/artifact/y", "3");
    expect(await errorOf(fresh)).toMatchObject({ code: "RunOfOtherSpec", details: { specId: "SPEC-1" } });
    await writer.put("mv2://default/SPEC-1/abc/artifact/y", "4");
    await writer.close();
  });

  it("takes content of every size and kind, whole or in pieces", async () => {
    const { capsule, runtime } = await newCapsule();
    const sizes = [0, 1, 31, 32, 2047, 2048, 65_536, 1_048_575, 1_048_576, 1_048_577, 3_500_000];
    for (const size of sizes) {
      const bytes = noise(size);
      await capsule.put({ path: `whole-${size}` }, bytes);
      const pieces = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < size; at += 700_001) controller.enqueue(bytes.slice(at, at + 700_001));
          controller.close();
        },
      });
      await capsule.put({ path: `stream-${size}` }, pieces);
    }
    await capsule.commit();
    await capsule.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    for (const size of sizes) {
      for (const path of [`whole-${size}`, `stream-${size}`]) {
        const bytes = noise(size);
        expect((await reader.get(uriOf(path)))?.length).toBe(size);
        expect(Buffer.compare((await reader.get(uriOf(path))) as Uint8Array, bytes)).toBe(0);
        const stream = (await reader.get(uriOf(path), { as: "stream" })) as ReadableStream<Uint8Array>;
        expect(Buffer.compare(await collectBytes(stream), bytes)).toBe(0);
      }
    }
    await reader.close();
  });

  it("takes an async iterable, and a long string", async () => {
    const { capsule } = await newCapsule();
    async function* pieces() {
      yield bytesOf("one ");
      yield bytesOf("two");
    }
    expect(await capsule.get(await capsule.put({ path: "i" }, pieces()), { as: "text" })).toBe("one two");
    const long = "ä€".repeat(400_000);
    expect(await capsule.get(await capsule.put({ path: "l" }, long), { as: "text" })).toBe(long);
    await capsule.close();
  });

  it("indexes text and leaves bytes alone, unless told", async () => {
    const { capsule } = await newCapsule();
    const indexed = async (content: string | Uint8Array, index?: boolean | "auto") => {
      const uri = await capsule.put({ path: "x" }, content, index === undefined ? {} : { index });
      return (await capsule.resolve(uri))?.indexed;
    };
    expect(await indexed("text")).toBe(true);
    expect(await indexed(bytesOf("größer"))).toBe(true);
    expect(await indexed("nul \0")).toBe(false);
    expect(await indexed(Uint8Array.of(0x61, 0))).toBe(false);
    expect(await indexed(Uint8Array.of(0x61, 0xff))).toBe(false);
    expect(await indexed(Uint8Array.of(0x61, 0xc3))).toBe(false);
    expect(await indexed("text", false)).toBe(false);
    expect(await errorOf(indexed(Uint8Array.of(0xff), true))).toMatchObject({ code: "InvalidArgument" });
    await capsule.close();
  });

  it("decides for streams by the whole content, also across pieces", async () => {
    const { capsule } = await newCapsule();
    const text = bytesOf("größer");
    const indexed = async (...pieces: Uint8Array[]) => {
      const uri = await capsule.put(
        { path: "x" },
        (async function* () {
          yield* pieces;
        })(),
      );
      return (await capsule.resolve(uri))?.indexed;
    };
    expect(await indexed(text.slice(0, 3), text.slice(3))).toBe(true);
    expect(await indexed(text.slice(0, 3))).toBe(false);
    expect(await indexed(text, Uint8Array.of(0))).toBe(false);
    await capsule.close();
  });

  it.each([
    ["a title of 4,097 bytes", { title: "x".repeat(4097) }, "TooLarge"],
    ["attributes of more than 64 KiB", { attributes: { a: "x".repeat(70_000) } }, "TooLarge"],
    ["attributes that aren't JSON", { attributes: { a: Number.NaN } }, "InvalidArgument"],
    ["attributes nested too deep", { attributes: JSON.parse(`{"a":${"[".repeat(40)}${"]".repeat(40)}}`) }, "TooLarge"],
    ["an empty tag", { tags: [""] }, "InvalidArgument"],
    ["a media type that is none", { mediaType: "markdown" }, "InvalidArgument"],
    ["a broken title", { title: "\ud800" }, "InvalidArgument"],
    ["a time that is none", { atMs: 1.5 }, "InvalidArgument"],
    ["an index option that is none", { index: "yes" as never }, "InvalidArgument"],
  ] as const)("refuses %s and stores nothing", async (_, options, code) => {
    const { capsule } = await newCapsule();
    expect(await errorOf(capsule.put({ path: "x" }, "text", options))).toMatchObject({ code, exitCode: 1 });
    expect((await capsule.stats()).pendingRecords).toBe(0);
    await capsule.close();
  });

  it("refuses targets and contents that can't be", async () => {
    const { capsule } = await newCapsule();
    for (const [target, code] of [
      ["mv2://other/s/r/artifact/x", "InvalidUri"],
      ["mv2://default/s/r/event/1", "InvalidArgument"],
      ["mv2://default/checkpoint/1", "InvalidArgument"],
      ["plan.md", "InvalidUri"],
      [{ path: "../x" }, "InvalidUri"],
      [{ path: "x", type: "event" as never }, "InvalidArgument"],
      [{ path: "x", runId: "r" }, "InvalidArgument"],
      [{} as never, "InvalidArgument"],
    ] as const) {
      expect(await errorOf(capsule.put(target, ""))).toMatchObject({ code });
    }
    expect(await errorOf(capsule.put({ path: "x" }, 5 as never))).toMatchObject({ code: "InvalidArgument" });
    expect(await errorOf(capsule.put({ path: "x" }, "\udc00"))).toMatchObject({ code: "InvalidArgument" });
    expect((await capsule.stats()).pendingRecords).toBe(0);
    await capsule.close();
  });

  it("gives up a stream that fails, and goes on", async () => {
    const { capsule } = await newCapsule();
    const failing = (async function* () {
      yield noise(2_000_000);
      throw new Error("the producer failed");
    })();
    await expect(capsule.put({ path: "x" }, failing)).rejects.toThrow("the producer failed");
    expect(await capsule.get(uriOf("x"))).toBeNull();
    await capsule.put({ path: "x" }, "fine");
    await capsule.commit();
    expect(await capsule.get(uriOf("x"), { as: "text" })).toBe("fine");
    expect(await capsule.doctor({ deep: true })).toMatchObject([{ code: "Healthy" }]);
    await capsule.close();
  });

  it("lets a stream's producer read from the same capsule", async () => {
    const { capsule } = await newCapsule();
    const source = await capsule.put({ path: "source" }, noise(1_500_000));
    const stream = (await capsule.get(source, { as: "stream" })) as ReadableStream<Uint8Array>;
    const copy = await capsule.put({ path: "copy" }, stream);
    const quoting = (async function* () {
      yield (await capsule.get(source)) as Uint8Array;
      for (const entry of await collect(capsule.list())) yield bytesOf(entry.uri);
    })();
    await capsule.put({ path: "quote" }, quoting);
    expect((await capsule.get(copy))?.length).toBe(1_500_000);
    await capsule.close();
  });

  it("takes effect in the order of the calls, and is seen by the reads after it, awaited or not", async () => {
    const { capsule } = await newCapsule();
    const slow = (async function* () {
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield bytesOf("slow");
    })();
    void capsule.put({ path: "x" }, "first");
    void capsule.put({ path: "x" }, slow);
    void capsule.put({ path: "x" }, "last");
    expect(await capsule.commit()).toMatchObject({ sequence: 1 });
    void capsule.put({ path: "y" }, "later");
    expect(await capsule.get(uriOf("y"), { as: "text" })).toBe("later");
    expect(await capsule.get(uriOf("x"), { as: "text" })).toBe("last");
    expect(await collect(capsule.list())).toMatchObject([{ sequence: 1 }, { sequence: 2, committed: false }]);
    await capsule.close();
  });

  it("is turned away by a full queue if it was opened so", async () => {
    const { capsule } = await newCapsule({ queueCapacity: 2, onFull: "reject" });
    const writes = ["a", "b", "c"].map((path) => capsule.put({ path }, path));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(outcomes[2]).toMatchObject({ reason: { code: "WriteQueueFull" } });
    await capsule.close();
  });
});

describe("putMany()", () => {
  const documents = (count: number): Document[] =>
    Array.from({ length: count }, (_, index) => ({
      target: { path: `d/${index}.md` },
      content: `text ${index}`,
      title: `T${index}`,
    }));

  it("stores arrays, iterables and async iterables alike", async () => {
    const expected = documents(2500).map(({ target }) => uriOf((target as { path: string }).path));
    async function* later() {
      yield* documents(2500);
    }
    const roots = new Set<string>();
    for (const given of [documents(2500), new Set(documents(2500)), later()]) {
      const { capsule } = await newCapsule();
      expect(await capsule.putMany(given)).toEqual(expected);
      roots.add((await capsule.commit()).root);
      expect(await capsule.get(expected[2499] as string, { as: "text" })).toBe("text 2499");
      await capsule.close();
    }
    expect(roots.size).toBe(1);
  });

  it("checks an array's targets and attributes before it stores the first", async () => {
    const { capsule } = await newCapsule();
    const error = await errorOf(capsule.putMany([...documents(3), { target: { path: ".." }, content: "" }]));
    expect(error).toMatchObject({ code: "InvalidUri", details: { documentsPut: 0 } });
    expect((await capsule.stats()).pendingRecords).toBe(0);
    await capsule.close();
  });

  it("says how many documents were stored before a fault", async () => {
    const { capsule } = await newCapsule();
    const error = await errorOf(capsule.putMany([...documents(3), { target: { path: "x" }, content: 7 as never }]));
    expect(error).toMatchObject({ code: "InvalidArgument", details: { documentsPut: 3 } });
    await capsule.close();
  });

  it("reports progress and stops when it is told to", async () => {
    const { capsule } = await newCapsule();
    const abort = new AbortController();
    const seen: number[] = [];
    const onProgress = (count: number): void => {
      seen.push(count);
      if (count >= 2000) abort.abort();
    };
    const error = await errorOf(capsule.putMany(documents(5000), { signal: abort.signal, onProgress }));
    expect(error).toMatchObject({ code: "Aborted", details: { documentsPut: 2048 } });
    expect(seen).toEqual([1024, 2048]);
    await capsule.close();
  });

  it("is one entry of the queue", async () => {
    const { capsule } = await newCapsule({ queueCapacity: 1, onFull: "reject" });
    const batch = capsule.putMany(documents(50));
    expect(await errorOf(capsule.put({ path: "x" }, ""))).toMatchObject({ code: "WriteQueueFull" });
    expect(await batch).toHaveLength(50);
    await capsule.close();
  });
});

describe("remove() and alias()", () => {
  it("remove() hides a URI, keeps the past, and leaves an event", async () => {
    const { capsule } = await newCapsule();
    const uri = await capsule.put({ path: "x" }, "text");
    const { checkpoint } = await capsule.commit({ label: "before" });
    expect(await capsule.remove(uri, { reason: "wrong" })).toBe(true);
    expect(await capsule.get(uri)).toBeNull();
    expect(await capsule.resolve(uri)).toBeNull();
    expect(await capsule.remove(uri)).toBe(false);
    expect(await capsule.remove(uriOf("never"))).toBe(false);
    await capsule.commit();
    expect(await (await capsule.at(checkpoint?.id as string)).get(uri, { as: "text" })).toBe("text");
    expect(await collect(capsule.events())).toMatchObject([
      { type: "Removed", payload: { uri, reason: "wrong" }, atMs: expect.any(Number) },
    ]);
    await capsule.put({ path: "x" }, "again");
    expect(await capsule.get(uri, { as: "text" })).toBe("again");
    await capsule.close();
  });

  it("alias() leads on, and says so", async () => {
    const { capsule } = await newCapsule();
    const target = await capsule.put({ path: "new" }, "text");
    await capsule.alias(uriOf("old"), target, "moved");
    await capsule.alias(uriOf("older"), uriOf("old"), "moved");
    await capsule.commit();
    expect(await capsule.get(uriOf("older"), { as: "text" })).toBe("text");
    expect(await capsule.resolve(uriOf("older"))).toMatchObject({
      uri: uriOf("older"),
      resolvedUri: target,
      aliasesFollowed: 2,
    });
    expect(await collect(capsule.events({ type: "AliasRecorded" }))).toMatchObject([
      { payload: { old_uri: uriOf("old"), new_uri: target, reason: "moved" } },
      { payload: { old_uri: uriOf("older") } },
    ]);
    expect((await collect(capsule.list())).map(({ uri }) => uri)).toEqual([target]);
    await capsule.close();
  });

  it("alias() refuses circles and targets that aren't there", async () => {
    const { capsule } = await newCapsule();
    const a = await capsule.put({ path: "a" }, "text");
    await capsule.alias(uriOf("b"), a, "");
    await capsule.alias(uriOf("c"), uriOf("b"), "");
    expect(await errorOf(capsule.alias(a, a, ""))).toMatchObject({ code: "AliasCycle" });
    expect(await errorOf(capsule.alias(a, uriOf("c"), ""))).toMatchObject({ code: "AliasCycle" });
    expect(await errorOf(capsule.alias(uriOf("b"), uriOf("c"), ""))).toMatchObject({ code: "AliasCycle" });
    expect(await errorOf(capsule.alias(uriOf("d"), uriOf("nowhere"), ""))).toMatchObject({ code: "NotFound" });
    expect(await capsule.get(uriOf("c"), { as: "text" })).toBe("text");
    let last = uriOf("c");
    for (let step = 3; step <= 16; step++) {
      await capsule.alias(uriOf(`step ${step}`), last, "");
      last = uriOf(`step ${step}`);
    }
    expect(await capsule.resolve(last)).toMatchObject({ aliasesFollowed: 16 });
    expect(await errorOf(capsule.alias(uriOf("step 17"), last, ""))).toMatchObject({ code: "AliasTooLong" });
    await capsule.close();
  });
});

describe("get(), resolve() and list()", () => {
  it("get() gives null for what isn't there, and refuses what isn't a URI or too long", async () => {
    const { capsule } = await newCapsule();
    const uri = await capsule.put({ path: "x" }, Uint8Array.of(0xff, 0xfe));
    expect(await capsule.get(uriOf("y"))).toBeNull();
    expect(await capsule.get("mv2://elsewhere/s/r/artifact/x")).toBeNull();
    expect(await errorOf(capsule.get("x"))).toMatchObject({ code: "InvalidUri" });
    expect(await errorOf(capsule.get(uri, { maxBytes: 1 }))).toMatchObject({
      code: "TooLarge",
      details: { sizeBytes: 2, maxBytes: 1 },
    });
    expect(await errorOf(capsule.get(uri, { as: "text" }))).toMatchObject({ code: "InvalidArgument" });
    expect(await errorOf(capsule.get(uri, { as: "json" as "text" }))).toMatchObject({ code: "InvalidArgument" });
    await capsule.close();
  });

  it("list() gives URIs in the order of their bytes, by prefix, page and kind", async () => {
    const { capsule } = await newCapsule();
    const paths = Array.from({ length: 700 }, (_, index) => `${index % 3}/${index}`).concat([
      "é",
      "\u{10000}",
      "\uffff",
    ]);
    await capsule.putMany(paths.map((path) => ({ target: { path }, content: path })));
    await capsule.emit({ type: "DebugTrace", payload: { message: "m", context: null } });
    await capsule.commit({ label: "c" });
    const expected = paths.map(uriOf).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const uris = async (options?: Parameters<Capsule["list"]>[0]) =>
      (await collect(capsule.list(options))).map(({ uri }) => uri);
    expect(await uris()).toEqual(expected);
    expect(await uris({ prefix: uriOf("1/") })).toEqual(expected.filter((uri) => uri.startsWith(uriOf("1/"))));
    expect(await uris({ after: expected[299] as string, limit: 5 })).toEqual(expected.slice(300, 305));
    expect(await uris({ limit: 0 })).toEqual([]);
    expect(await uris({ kinds: ["event"] })).toEqual(["mv2://default/event/1"]);
    expect(await uris({ kinds: ["checkpoint", "event", "revision"] })).toHaveLength(705);
    expect(await errorOf(collect(capsule.list({ limit: -1 })))).toMatchObject({ code: "InvalidArgument" });
    await capsule.close();
  });

  it("agree with a map, whatever is put, removed and committed in whatever order", async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          path: fc.constantFrom("a", "b", "c/d", "c/e", "f"),
          text: fc.string({ maxLength: 40 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ remove: fc.constantFrom("a", "b", "c/d", "c/e", "f") }) },
      { weight: 2, arbitrary: fc.constant({ commit: true as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { capsule, runtime } = await newCapsule();
        const model = new Map<string, string>();
        const snapshots: { label: string; model: Map<string, string> }[] = [];
        for (const [index, action] of steps.entries()) {
          if ("path" in action) {
            await capsule.put({ path: action.path }, action.text);
            model.set(uriOf(action.path), action.text);
          } else if ("remove" in action) {
            expect(await capsule.remove(uriOf(action.remove))).toBe(model.delete(uriOf(action.remove)));
          } else {
            await capsule.commit({ label: `at ${index}` });
            snapshots.push({ label: `at ${index}`, model: new Map(model) });
          }
        }
        await capsule.close();
        const reader = await Capsule.open(CAPSULE_PATH, { runtime });
        expect(new Map(await contents(reader))).toEqual(new Map([...model].toSorted()));
        for (const snapshot of snapshots) {
          expect(new Map(await contents(await reader.at(snapshot.label)))).toEqual(
            new Map([...snapshot.model].toSorted()),
          );
        }
        await reader.close();
      }),
      { numRuns: 40 },
    );
  });
});

async function contents(reader: Pick<Capsule, "list" | "get">): Promise<[string, string | null][]> {
  const pairs: [string, string | null][] = [];
  for (const { uri } of await collect(reader.list())) pairs.push([uri, await reader.get(uri, { as: "text" })]);
  return pairs;
}

describe("times", () => {
  it("come from the clock unless they are given", async () => {
    const { capsule } = await newCapsule({ clock: () => START_MS + 5 });
    const uri = await capsule.put({ path: "x" }, "");
    expect((await capsule.resolve(uri))?.atMs).toBe(START_MS + 5);
    await capsule.put({ path: "x" }, "", { atMs: 7 });
    expect((await capsule.resolve(uri))?.atMs).toBe(7);
    await capsule.close();
  });
});
