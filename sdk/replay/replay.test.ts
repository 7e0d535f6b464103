import { describe, expect, it } from "vitest";
import { Capsule } from "../capsule.js";
import { setPolicy } from "../objects.js";
import type { EventPayloads } from "../schema/events.js";
import { CAPSULE_PATH, errorOf, newCapsule, repeatable } from "../testing/fixtures.js";
import type { Uri } from "../uri.js";
import { replayMarkdown } from "./replay-markdown.js";
import type { ReplayReport } from "./report.js";
import { storeReplay } from "./store-replay.js";

type Response = EventPayloads["RetrievalResponse"];

/** A run on a capsule that had something on main before. */
async function openRun() {
  const { capsule, runtime } = await newCapsule();
  await capsule.put({ path: "base.md" }, "the retry budget of the base");
  await capsule.commit({ label: "base" });
  await capsule.close();
  const options = { ...repeatable(runtime), mode: "write", specId: "S", runId: "abc" } as const;
  return { run: await Capsule.open(CAPSULE_PATH, options), runtime, options };
}

const failures = ({ checks }: ReplayReport) =>
  checks.filter(({ passed }) => !passed).map(({ check, detail }) => `${check}: ${detail}`);

/** A run that does everything that is checked, as it should be. */
async function soundRun(run: Capsule): Promise<void> {
  await setPolicy(run, { policy_id: "strict", max_cost: 5 });
  await run.put({ path: "plan.md" }, "retry three times, then give up");
  await run.commitStage({ stage: "plan" });
  const recorder = run.recorder({ stage: "build" });
  await recorder.search("retry budget", { limit: 3 });
  await recorder.search("retry", { scope: "run" });
  await recorder.toolCall({ name: "build", input: { target: "all" } }, () => "done");
  await setPolicy(run, { policy_id: "strict", max_cost: 6 });
  await run.commitStage({ stage: "build" });
}

describe("capsule.replay()", () => {
  it("gives the run's events in order, and runs its searches again", async () => {
    const { run } = await openRun();
    await soundRun(run);
    const report = await run.replay({ runId: "run_abc" });
    expect(failures(report)).toEqual([]);
    expect(report).toMatchObject({
      run_id: "abc",
      spec_id: "S",
      branches: ["run/abc", "main"],
      as_of: null,
      passed: true,
    });
    expect(report.timeline.map(({ event_type }) => event_type)).toEqual([
      "PolicySnapshotRef",
      "StageTransition",
      "RetrievalRequest",
      "RetrievalResponse",
      "RetrievalRequest",
      "RetrievalResponse",
      "ToolCall",
      "ToolResult",
      "PolicySnapshotRef",
      "StageTransition",
    ]);
    expect(report.timeline[2]).toMatchObject({ stage: "build", branch: "run/abc", summary: '"retry budget"; capsule' });
    const counts = report.checks.map(({ check }) => check).sort();
    expect(counts.filter((check) => check === "retrieval")).toHaveLength(2);
    expect(counts.filter((check) => check === "policy")).toHaveLength(4);
    expect(report.unchecked).toEqual([]);
    await run.close();
  });

  it("gives the same report from a reader, after merges, and after more was written on main", async () => {
    const { run, runtime, options } = await openRun();
    await soundRun(run);
    const before = await run.replay({ runId: "abc" });
    await run.merge({ from: "run/abc" });
    await run.put({ path: "more.md" }, "retry once more");
    await run.recorder().search("retry");
    await run.close();
    const main = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
    await main.put({ path: "other.md" }, "retry retry retry budget");
    await main.commit();
    await main.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    const after = await reader.replay({ runId: "abc" });
    expect(failures(after)).toEqual([]);
    expect(after.timeline.slice(0, before.timeline.length)).toEqual(before.timeline);
    expect(after.timeline.map(({ event_type }) => event_type).slice(before.timeline.length)).toEqual([
      "BranchMerged",
      "RetrievalRequest",
      "RetrievalResponse",
    ]);
    const onMain = await reader.replay({ runId: "abc", branch: "main" });
    expect(onMain.timeline).toHaveLength(before.timeline.length + 1);
    expect(failures(onMain)).toEqual([]);
    await reader.close();
    expect(options.runId).toBe("abc");
  });

  it("ends at a checkpoint, of the run or of main, and knows what answers came later", async () => {
    const { run } = await openRun();
    const recorder = run.recorder();
    let label = "";
    await recorder.toolCall({ name: "long", input: null }, async () => {
      label = (await run.commit({ label: "amid the call" })).checkpoint?.label ?? "";
    });
    await run.commitStage({ stage: "plan" });
    const amid = await run.replay({ runId: "abc", asOf: label });
    expect(amid.timeline.map(({ event_type }) => event_type)).toEqual(["ToolCall"]);
    expect(amid).toMatchObject({ passed: true, as_of: "amid the call", sequence: 2 });
    expect((await run.replay({ runId: "abc", asOf: "base" })).timeline).toEqual([]);
    expect(await errorOf(run.replay({ runId: "abc", asOf: "never" }))).toMatchObject({ code: "UnknownCheckpoint" });
    expect(await errorOf(run.replay({ runId: "other" }))).toMatchObject({ code: "NotFound" });
    await run.close();
  });

  /** Records a search by hand, with what `change` makes of the answer. */
  async function recordChanged(run: Capsule, change: (response: Response, request: Record<string, unknown>) => void) {
    const { hits } = await run.search("retry budget", { limit: 5 });
    const response: Response = {
      request_id: "r1",
      hit_uris: hits.map(({ uri }) => uri as string),
      fused_scores: hits.map(({ score }) => score),
    };
    const request = { request_id: "r1", query: "retry budget", source: "capsule", config: { limit: 5 } };
    change(response, request);
    await run.emit({ type: "RetrievalRequest", payload: request });
    await run.emit({ type: "RetrievalResponse", payload: response });
    await run.commit();
    return run.replay({ runId: "abc" });
  }

  async function withTwoHits() {
    const { run } = await openRun();
    await run.put({ path: "plan.md" }, "retry and budget, budget");
    await run.commit();
    return run;
  }

  it.each<[string, (response: Response, request: Record<string, unknown>) => void, string | null]>([
    ["nothing", () => undefined, null],
    [
      "a hit more",
      (response) => response.hit_uris.push("mv2://default/workspace/main/artifact/base.md"),
      "2 hits, 3 were",
    ],
    ["the order of hits", (response) => response.hit_uris.reverse(), "hit 1 is"],
    [
      "the last bit of a score",
      ({ fused_scores = [] }) => {
        fused_scores[1] = (fused_scores[1] as number) + 2 ** -32;
      },
      "score 2 is",
    ],
    [
      "an explanation",
      (response) => Object.assign(response, { explainability: { document_count: 7 } }),
      "document_count",
    ],
    ["the query", (_, request) => Object.assign(request, { query: "budget" }), "score 1 is"],
    ["the checkpoint", (_, request) => Object.assign(request, { config: { as_of: "gone" } }), "no checkpoint"],
    ["the branch", (_, request) => Object.assign(request, { config: { branch: "run/none" } }), "no branch"],
  ])("finds that %s was changed", async (_, change, expected) => {
    const run = await withTwoHits();
    const report = await recordChanged(run, change);
    const found = failures(report).filter((line) => line.startsWith("retrieval"));
    if (expected === null) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
    expect(report.passed).toBe(expected === null);
    await run.close();
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["another source", { source: "local-memory" }, "asked of"],
    ["a masked query", { query: "ask [masked:email]" }, "masked"],
    ["another capsule", { config: { capsule_id: "0".repeat(32), sequence: 1 } }, "not in this capsule"],
    ["a commit of another history", { config: { sequence: 1, root: "0".repeat(64) } }, "not in this capsule"],
    ["a config that makes no sense", { config: { limit: "ten" } }, "limit"],
  ])("lists a request of %s as not replayable", async (_, change, reason) => {
    const run = await withTwoHits();
    const report = await recordChanged(run, (__, request) => Object.assign(request, change));
    expect(report.unchecked).toMatchObject([{ check: "retrieval", reason: expect.stringContaining(reason) }]);
    expect(report.passed).toBe(true);
    await run.close();
  });

  it("finds requests and calls without an answer, and answers to nothing", async () => {
    const { run } = await openRun();
    await run.emit({
      type: "RetrievalRequest",
      payload: { request_id: "a", query: "q", config: {}, source: "capsule" },
    });
    await run.emit({ type: "RetrievalResponse", payload: { request_id: "b", hit_uris: [] } });
    await run.emit({ type: "ToolCall", payload: { call_id: "c", tool_name: "t", input: null } });
    await run.emit({ type: "ToolResult", payload: { call_id: "d", tool_name: "t", success: true } });
    await run.emit({ type: "ToolCall", payload: { call_id: "e", tool_name: "t", input: null } });
    await run.emit({ type: "ToolResult", payload: { call_id: "e", tool_name: "u", success: true } });
    await run.commit();
    expect(failures(await run.replay({ runId: "abc" }))).toEqual([
      "tool-calls: the call c has no result",
      "tool-calls: there is no call d",
      "tool-calls: the result is one of u, not of t",
      "retrieval: the request a has no response",
      "retrieval: there is no request b",
    ]);
    await run.close();
  });

  it("finds URIs that lead nowhere and checkpoints that aren't there; what was removed since is no fault", async () => {
    const { run } = await openRun();
    const gone = await run.put({ path: "gone.md" }, "soon gone");
    const emitError = (uri: Uri | string) =>
      run.emit({
        type: "ErrorEvent",
        payload: { error_code: "E", message: "m", severity: "low", recoverable: true, related_uris: [uri] },
      });
    await emitError(gone);
    await run.commit();
    await run.remove(gone);
    await emitError("mv2://default/S/abc/artifact/never.md");
    await emitError("mv2://elsewhere/S/abc/artifact/x.md");
    await run.emit({ type: "StageTransition", payload: { stage: "s", checkpoint_id: "NEVER" } });
    await run.commit();
    const report = await run.replay({ runId: "abc" });
    expect(failures(report)).toEqual([
      "references: mv2://default/S/abc/artifact/never.md leads nowhere",
      "checkpoints: there is no checkpoint NEVER",
    ]);
    expect(report.unchecked).toMatchObject([{ check: "references", reason: expect.stringContaining("workspace") }]);
    await run.close();
  });

  it("finds a stage that names another policy than the one in force, or a hash that isn't the policy's", async () => {
    const { run } = await openRun();
    const first = await setPolicy(run, { policy_id: "p", version: 1 });
    const second = await setPolicy(run, { policy_id: "p", version: 2 });
    expect(second.policyHash).not.toBe(first.policyHash);
    await run.commitStage({ stage: "right" });
    await run.commitStage({ stage: "named", policyUri: first.policyUri, policyHash: second.policyHash });
    await run.commitStage({ stage: "old", policyUri: first.policyUri, policyHash: first.policyHash, policyId: "p" });
    await run.commitStage({ stage: "other", policyId: "q" });
    const report = await run.replay({ runId: "abc" });
    expect(failures(report)).toEqual([
      `policy: ${first.policyUri} has the hash ${second.policyHash}, not ${first.policyHash}`,
      expect.stringContaining("policy: the policy in force was policy_id p"),
    ]);
    expect(report.checks.filter(({ check }) => check === "policy")).toHaveLength(6);
    await run.close();
  });

  it("knows the policy that a merge brought to main", async () => {
    const { run, runtime } = await openRun();
    await run.close();
    const main = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
    await main.commitStage({ stage: "before", specId: "S", runId: "main" });
    await main.put({ path: "x", specId: "S", runId: "abc" }, "x");
    await main.commit();
    await main.close();
    const again = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write", runId: "abc" });
    await setPolicy(again, { policy_id: "merged" });
    await again.commitStage({ stage: "run" });
    await again.commitStage({ stage: "on main before", specId: "S", runId: "main" });
    await again.merge({ from: "run/abc" });
    await again.commitStage({ stage: "on main after", specId: "S", runId: "main" });
    const report = await again.replay({ runId: "main" });
    expect(failures(report)).toEqual([]);
    expect(report.checks.filter(({ check }) => check === "policy")).toHaveLength(1);
    await again.close();
  });

  it("masks secrets and personal data wherever they stand, and refuses those in URIs", async () => {
    const { run } = await openRun();
    const password = "hunter2-but-longer";
    await run.recorder().toolCall({ name: "login", input: { password, note: "ask maria@firma.io" } }, () => "in");
    await run.recorder().search("who is maria@firma.io");
    await run.commit();
    const report = await run.replay({ runId: "abc" });
    const text = JSON.stringify(report);
    expect(text).not.toContain(password);
    expect(text).not.toContain("maria@");
    expect(text).toContain("[masked:email]");
    expect(report.passed).toBe(true);
    expect(replayMarkdown(report)).toContain("**passed**");
    await run.close();
    const { capsule } = await newCapsule({ specId: "maria@firma.io", runId: "abc" });
    await capsule.commitStage({ stage: "s" });
    expect(await errorOf(capsule.replay({ runId: "abc" }))).toMatchObject({ code: "SecretInName" });
    expect(await capsule.replay({ runId: "abc", allowUri: true })).toMatchObject({ spec_id: "[masked:email]" });
    await capsule.close();
  });

  it("makes a page of it, and keeps both with the run", async () => {
    const { run } = await openRun();
    await soundRun(run);
    await run.emit({ type: "ToolCall", payload: { call_id: "c", tool_name: "a|b", input: "<i>" } });
    await run.commit();
    const report = await run.replay({ runId: "abc" });
    const page = replayMarkdown(report);
    expect(page).toContain("Verdict: **failed**, as of commit 4, on run/abc and main.");
    expect(page).toContain("| tool-calls | 1 | 1 | 0 |");
    expect(page).toContain("a\\|b; \\<i\\>");
    const uris = await storeReplay(run, report);
    expect(uris).toEqual(["json", "md"].map((form) => `mv2://default/S/abc/artifact/replay/report.${form}`));
    expect(JSON.parse((await run.get(uris[0] as Uri, { as: "text" })) ?? "")).toEqual(report);
    expect((await run.search("retrieval")).hits).toEqual([]);
    await run.close();
  });
});
