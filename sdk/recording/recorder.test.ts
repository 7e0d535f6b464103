import { describe, expect, it } from "vitest";
import type { CapsuleEvent } from "../events.js";
import { collect, errorOf, newCapsule } from "../testing/fixtures.js";

async function withRecorder(options: Parameters<typeof newCapsule>[0] = {}) {
  const { capsule } = await newCapsule({ specId: "S", runId: "abc", ...options });
  await capsule.put({ path: "retry.md" }, "the retry budget is three", { title: "Retry" });
  await capsule.put({ path: "queue.md" }, "the queue waits; a retry waits too");
  await capsule.commit();
  const recorder = capsule.recorder({ stage: "plan", role: "architect" });
  const events = async (): Promise<CapsuleEvent[]> => {
    await capsule.commit();
    return collect(capsule.events());
  };
  return { capsule, recorder, events };
}

describe("Recorder.search()", () => {
  it("records the request with what it takes to ask again, and the answer with exact scores and explanations", async () => {
    const { capsule, recorder, events } = await withRecorder();
    const plain = await capsule.search("retry budget", { limit: 5 });
    const { sequence, root, capsuleId } = capsule.info;
    const { hits, requestUri, responseUri } = await recorder.search("retry budget", { limit: 5, scope: "run" });
    expect(hits.map(({ uri }) => uri)).toEqual(plain.hits.map(({ uri }) => uri));
    const [request, response] = await events();
    expect(request).toMatchObject({ uri: requestUri, type: "RetrievalRequest", stage: "plan", runId: "abc" });
    const config = { capsule_id: capsuleId, branch: "run/abc", sequence, root, limit: 5, scope: "run" };
    expect(request?.payload).toMatchObject({ query: "retry budget", source: "capsule", role: "architect", config });
    expect(response).toMatchObject({ uri: responseUri, type: "RetrievalResponse" });
    expect(response?.payload["request_id"]).toBe(request?.payload["request_id"]);
    expect(response?.payload["hit_uris"]).toEqual(hits.map(({ uri }) => uri));
    expect(response?.payload["fused_scores"]).toEqual(hits.map(({ score }) => score));
    expect(response?.payload["explainability"]).toMatchObject({
      document_count: 2,
      hits: [{ terms: [{ term: "retri" }, { term: "budget" }] }, {}],
    });
    await capsule.close();
  });

  it("names main for a run that hasn't written yet, and the checkpoint for a search of the past", async () => {
    const { capsule, events } = await withRecorder({ runId: "main" });
    const { checkpoint } = await capsule.commit({ label: "then" });
    await capsule.put({ path: "later.md" }, "retry later");
    await capsule.commit();
    const { hits } = await capsule.recorder().search("retry", { asOf: "then" });
    expect(hits).toHaveLength(2);
    const config = { branch: "main", as_of: checkpoint?.id, sequence: checkpoint?.sequence };
    expect((await events())[0]?.payload).toMatchObject({ config });
    await capsule.close();
  });

  it("records a search that fails, and throws what it threw", async () => {
    const { capsule, recorder, events } = await withRecorder();
    expect(await errorOf(recorder.search("retry", { limit: 0 }))).toMatchObject({ code: "InvalidArgument" });
    const payload = { hit_uris: [], error: expect.stringContaining("limit") };
    expect((await events())[1]).toMatchObject({ type: "RetrievalResponse", payload });
    await capsule.close();
  });

  it("leaves explanations out of an event that can't hold them", async () => {
    const { capsule, recorder, events } = await withRecorder();
    const documents = Array.from({ length: 300 }, (_, i) => ({ target: { path: `d/${i}.md` }, content: `retry ${i}` }));
    await capsule.putMany(documents);
    await capsule.commit();
    await recorder.search("retry", { limit: 300 });
    const payload = (await events()).find(({ type }) => type === "RetrievalResponse")?.payload ?? {};
    expect(payload["hit_uris"]).toHaveLength(300);
    expect(payload["fused_scores"]).toHaveLength(300);
    expect(payload).not.toHaveProperty("explainability");
    await capsule.close();
  });
});

describe("Recorder.toolCall()", () => {
  it("pairs call and result, success and failure", async () => {
    const { capsule, recorder, events } = await withRecorder();
    expect(await recorder.toolCall({ name: "count", input: { of: "files" } }, () => ({ files: 3 }))).toEqual({
      files: 3,
    });
    const failing = recorder.toolCall({ name: "break", input: null }, () => Promise.reject(new Error("it broke")));
    await expect(failing).rejects.toThrow("it broke");
    const [call, result, failedCall, failure] = await events();
    expect(call).toMatchObject({ type: "ToolCall", payload: { tool_name: "count", input: { of: "files" } } });
    expect(result).toMatchObject({ type: "ToolResult", payload: { success: true, output: { files: 3 } } });
    expect(result?.payload["duration_ms"]).toBeGreaterThan(0);
    expect(result?.payload["call_id"]).toBe(call?.payload["call_id"]);
    expect(failedCall?.payload["call_id"]).not.toBe(call?.payload["call_id"]);
    expect(failure?.payload).toMatchObject({
      call_id: failedCall?.payload["call_id"],
      success: false,
      error: "it broke",
    });
    await capsule.close();
  });

  it("leaves out what isn't JSON or is too long, and takes what the caller makes of a result", async () => {
    const { capsule, recorder, events } = await withRecorder();
    await recorder.toolCall({ name: "date", input: null }, () => new Date(0));
    await recorder.toolCall({ name: "long", input: null }, () => "x".repeat(70_000));
    await recorder.toolCall({ name: "size", input: null, output: (text: string) => text.length }, () => "four");
    const outputs = (await events())
      .filter(({ type }) => type === "ToolResult")
      .map(({ payload }) => payload["output"]);
    expect(outputs).toEqual([undefined, undefined, 4]);
    await capsule.close();
  });
});

describe("Recorder.modelCall()", () => {
  const call = { model: "m-1", routingMode: "cloud", prompt: "Write a plan" };
  const answer = { response: "The plan", promptTokens: 3, responseTokens: 2 };

  it.each([
    ["none", null],
    ["prompts_only", { prompt: "Write a plan" }],
    ["full_io", { prompt: "Write a plan", response: "The plan" }],
  ] as const)("keeps under %s what that permits", async (captureMode, kept) => {
    const { capsule, recorder, events } = await withRecorder({ captureMode });
    expect(await recorder.modelCall(call, async () => answer)).toBe(answer);
    const [event] = await events();
    if (kept === null) expect(event).toBeUndefined();
    else {
      const { prompt, response } = event?.payload ?? {};
      expect({ prompt, response }).toEqual({ response: undefined, ...kept });
      expect(event?.payload).toMatchObject({
        capture_mode: captureMode,
        prompt_tokens: 3,
        response_tokens: 2,
        success: true,
      });
      expect(event?.payload["response_hash"]).toMatch(/^[0-9a-f]{64}$/);
    }
    await capsule.close();
  });

  it("refuses a wider mode before it calls the model, and records a call that fails", async () => {
    const { capsule, recorder, events } = await withRecorder();
    let called = false;
    const refused = recorder.modelCall({ ...call, captureMode: "full_io" }, async () => {
      called = true;
      return answer;
    });
    expect(await errorOf(refused)).toMatchObject({ code: "InvalidArgument" });
    expect(called).toBe(false);
    await expect(recorder.modelCall(call, () => Promise.reject(new Error("no quota")))).rejects.toThrow("no quota");
    expect((await events())[0]?.payload).toMatchObject({ success: false, error: "no quota", prompt: "Write a plan" });
    await capsule.close();
  });

  it("keeps the hash of a prompt that is too long", async () => {
    const { capsule, recorder, events } = await withRecorder();
    await recorder.modelCall({ ...call, prompt: "p".repeat(70_000) }, async () => answer);
    const payload = (await events())[0]?.payload;
    expect(payload).not.toHaveProperty("prompt");
    expect(payload?.["prompt_hash"]).toMatch(/^[0-9a-f]{64}$/);
    await capsule.close();
  });
});

describe("Recorder.patch()", () => {
  it("records hashes as artifacts have them, and whether it worked", async () => {
    const { capsule, recorder, events } = await withRecorder();
    const uri = await capsule.put({ path: "a.ts" }, "new text");
    const patch = {
      filePath: "a.ts",
      type: "modify",
      diff: "-old\n+new",
      before: "old text",
      after: "new text",
    } as const;
    await recorder.patch(patch, () => undefined);
    await expect(recorder.patch(patch, () => Promise.reject(new Error("conflict")))).rejects.toThrow("conflict");
    const [done, failed] = await events();
    const contentHash = (await capsule.resolve(uri, { contentHash: true }))?.contentHash;
    expect(done?.payload).toMatchObject({
      after_hash: contentHash,
      patch_type: "modify",
      diff: "-old\n+new",
      success: true,
    });
    expect(failed?.payload).toMatchObject({ success: false, error: "conflict" });
    await capsule.close();
  });
});

describe("capsule.recorder()", () => {
  it("is for writers", async () => {
    const { capsule, runtime } = await newCapsule();
    const { path } = capsule.info;
    await capsule.close();
    const { Capsule } = await import("../capsule.js");
    const reader = await Capsule.open(path, { runtime });
    expect(await errorOf(() => reader.recorder())).toMatchObject({ code: "ReadOnly" });
    await reader.close();
  });
});
