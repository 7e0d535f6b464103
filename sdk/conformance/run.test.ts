import { expect, test } from "vitest";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { runTopics, topicDigest } from "./run.js";

const runtime = createMemoryRuntime();

test("runTopics() gives each case a folder of its own, and goes on after one that fails", async () => {
  const folders: string[] = [];
  const cases = {
    first: async ({ folder }: { readonly folder: string }) => folders.push(folder),
    second: async () => {
      throw new Error("broken");
    },
    third: async ({ folder }: { readonly folder: string }) => folders.push(folder),
  };
  const { topic } = await runTopics({ folder: "/project", runtime }, { topics: [{ name: "topic", cases }] });
  expect(folders).toEqual(["/project/topic/0", "/project/topic/2"]);
  expect(topic?.["second"]).toMatch(/^failed: Error: broken/);
  expect(topic?.["first"]).toMatch(/^[0-9a-f]{64}$/);
  expect(topic?.["third"]).not.toBe(topic?.["first"]);
});

test("runTopics() ends with what onTopic throws", async () => {
  const onTopic = () => {
    throw new Error("enough");
  };
  await expect(runTopics({ folder: "/ended", runtime }, { onTopic })).rejects.toThrow("enough");
});

test("topicDigest() depends on the names, digests and order of cases", () => {
  const digests = [{ a: "1", b: "2" }, { b: "2", a: "1" }, { a: "2", b: "1" }, { a: "1" }].map((cases) =>
    topicDigest({ runtime }, cases),
  );
  expect(new Set(digests).size).toBe(4);
  // SHA-256 of "a\t1\n", as coreutils gives it.
  expect(digests[3]).toBe("9493985885f1acd67f91eb1c725fe4c30a6d46aff62b1e80d42dfb490bb84d4d");
});
