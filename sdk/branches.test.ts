import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Capsule } from "./capsule.js";
import { BranchModel, type Step, stepArbitrary } from "./testing/branch-model.js";
import { CAPSULE_PATH, collect, errorOf, newCapsule, noise, repeatable } from "./testing/fixtures.js";

const PLAN = "mv2://default/S/abc/artifact/plan.md";

async function withRun() {
  const { capsule, runtime } = await newCapsule();
  await capsule.put({ path: "base.md" }, "the base text");
  await capsule.commit({ label: "base" });
  await capsule.close();
  const run = await Capsule.open(CAPSULE_PATH, {
    ...repeatable(runtime),
    mode: "write",
    specId: "S",
    runId: "run_abc",
  });
  return { run, runtime };
}

describe("a run's branch", () => {
  it("forks from main at its first write and is not seen on main, now and after reopening", async () => {
    const { run, runtime } = await withRun();
    expect((await run.branches()).map(({ name }) => name)).toEqual(["main"]);
    expect(await run.put({ path: "plan.md" }, "the plan text")).toBe(PLAN);
    expect(await run.get(PLAN, { as: "text" })).toBe("the plan text");
    const stage = await run.commitStage({ stage: "plan" });
    expect(stage.branch).toBe("run/abc");
    await run.close();

    const main = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await main.get(PLAN)).toBeNull();
    expect(await collect(main.list())).toHaveLength(1);
    expect(await collect(main.events())).toEqual([]);
    expect((await main.search("text", { count: true })).total).toBe(1);
    expect((await main.checkpoints()).map(({ label }) => label)).toEqual(["base"]);
    expect(await errorOf(main.at(stage.id))).toMatchObject({
      code: "CheckpointOnOtherBranch",
      details: { branch: "run/abc" },
    });
    const seen = await main.snapshot({ branch: "run/abc" });
    expect(await seen.get(PLAN, { as: "text" })).toBe("the plan text");
    expect((await seen.search("text", { count: true })).total).toBe(2);
    expect((await seen.search("text", { count: true, scope: "run" })).total).toBe(1);
    expect(await main.branches()).toMatchObject([
      { name: "main", parent: null, artifactCount: 1, eventCount: 0, merged: null },
      {
        name: "run/abc",
        parent: "main",
        forkSequence: 1,
        specId: "S",
        runId: "abc",
        artifactCount: 1,
        eventCount: 1,
        merged: false,
      },
    ]);
    await main.close();
  });

  it("isn't forked by what is refused", async () => {
    const { run, runtime } = await withRun();
    const binary = Uint8Array.of(0, 255);
    const pieces = async function* () {
      yield new Uint8Array(1000);
      throw new Error("the source failed");
    };
    await expect(run.put({ path: "a" }, binary, { index: true })).rejects.toMatchObject({ code: "InvalidArgument" });
    await expect(run.put({ path: "a" }, pieces())).rejects.toThrow("the source failed");
    const refused: (() => Promise<unknown>)[] = [
      () => run.put({ path: "a" }, "a", { title: "t".repeat(5000) }),
      () => run.put({ path: "a" }, "a", { attributes: { long: "x".repeat(70_000) } }),
      () => run.putMany([{ target: { path: "b", runId: "b" }, content: binary, index: true }]),
      () => run.emit({ type: "DebugTrace", payload: { message: "m", context: null }, stage: "s".repeat(70_000) }),
      () => run.commit({ label: "l".repeat(300) }),
      () => run.commit({ label: "l", gitCommit: "x".repeat(70_000) }),
      () => run.commitStage({ stage: "s", label: "" }),
    ];
    for (const call of refused) await errorOf(call);
    await run.commit();
    expect((await run.branches()).map(({ name }) => name)).toEqual(["main"]);
    await run.close();
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime, deep: true })).toMatchObject([{ level: "ok" }]);
  });

  it("is forked by a stream when that has ended", async () => {
    const { run, runtime } = await withRun();
    const bytes = noise(2_500_000);
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += 700_000) yield bytes.subarray(at, at + 700_000);
    };
    const uri = await run.put({ path: "long" }, pieces());
    const short = await run.put({ path: "short", runId: "b" }, new Blob(["in one piece"]).stream());
    await run.commit();
    expect((await run.branches()).map(({ name }) => name)).toEqual(["main", "run/abc", "run/b"]);
    expect(Buffer.compare((await run.get(uri)) ?? new Uint8Array(), bytes)).toBe(0);
    expect(await (await run.snapshot({ branch: "run/b" })).get(short, { as: "text" })).toBe("in one piece");
    const { contentBytesStored } = await run.stats();
    expect(contentBytesStored).toBeGreaterThan(2_500_000);
    expect(contentBytesStored).toBeLessThan(2_510_000);
    await run.close();
    expect(await Capsule.doctor(CAPSULE_PATH, { runtime, deep: true })).toMatchObject([{ level: "ok" }]);
  });

  it("belongs to one spec", async () => {
    const { run } = await withRun();
    await run.put({ path: "a" }, "a");
    await run.commit();
    expect(await errorOf(run.put({ path: "b", specId: "T", runId: "abc" }, "b"))).toMatchObject({
      code: "RunOfOtherSpec",
    });
    await run.close();
  });

  it("names branches that aren't there", async () => {
    const { run, runtime } = await withRun();
    await run.close();
    for (const branch of ["run/none", "other"]) {
      expect(await errorOf(Capsule.open(CAPSULE_PATH, { runtime, branch }))).toMatchObject({
        code: "UnknownBranch",
        exitCode: 1,
      });
    }
    for (const branch of ["", "a/b/c", "a//b", "run/", "x\n"]) {
      expect((await errorOf(Capsule.open(CAPSULE_PATH, { runtime, branch }))).code).toMatch(
        /InvalidArgument|InvalidUri/,
      );
    }
  });
});

describe("fork()", () => {
  it("makes branches of branches, 64 deep at most, each name once", async () => {
    const { capsule } = await newCapsule();
    await capsule.put({ path: "x" }, "content");
    await capsule.commit();
    let from = "main";
    for (let depth = 1; depth < 64; depth++) from = await capsule.fork(`level/${depth}`, { from });
    await capsule.commit();
    expect(await errorOf(capsule.fork("level/64", { from }))).toMatchObject({ code: "TooLarge" });
    expect(await errorOf(capsule.fork("level/3"))).toMatchObject({ code: "DuplicateBranch" });
    expect(await errorOf(capsule.fork("y", { from: "nowhere" }))).toMatchObject({ code: "UnknownBranch" });
    const deepest = await capsule.snapshot({ branch: from });
    expect(await collect(deepest.list())).toHaveLength(1);
    await capsule.close();
  });
});

describe("merge()", () => {
  it("full: everything resolves on main to the same bytes, after reopening too; a second one changes nothing", async () => {
    const { run, runtime } = await withRun();
    await run.put({ path: "plan.md" }, "the plan text");
    await run.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
    await run.remove("mv2://default/workspace/main/artifact/base.md");
    await run.commit();
    const planned = await run.merge({ from: "run/run_abc", dryRun: true });
    expect(planned).toMatchObject({
      dryRun: true,
      urisMerged: 2,
      eventsMerged: 2,
      mergeCheckpointId: null,
      conflicts: [],
    });
    const merged = await run.merge({ from: "run/abc" });
    expect(merged).toMatchObject({ urisMerged: 2, eventsMerged: 2, conflicts: [], from: "run/abc", to: "main" });
    const sizeBefore = (await run.stats()).sequence;
    expect(await run.merge({ from: "run/abc" })).toMatchObject({
      urisMerged: 0,
      eventsMerged: 0,
      mergeCheckpointId: null,
    });
    expect((await run.stats()).sequence).toBe(sizeBefore);
    await run.close();

    const main = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await main.get(PLAN, { as: "text" })).toBe("the plan text");
    expect(await main.get("mv2://default/workspace/main/artifact/base.md")).toBeNull();
    expect((await collect(main.events())).map(({ type }) => type)).toEqual(["DebugTrace", "Removed", "BranchMerged"]);
    expect((await main.search("text", { count: true })).total).toBe(1);
    const checkpoints = await main.checkpoints();
    expect(checkpoints.at(-1)?.id).toBe(merged.mergeCheckpointId);
    expect((await main.branches())[1]).toMatchObject({ merged: true });
    expect(await (await main.at("base")).get(PLAN)).toBeNull();
    expect(await main.doctor({ deep: true })).toMatchObject([{ level: "ok" }]);
    await main.close();
  });

  it("curated: takes what is chosen out of what is eligible; a full one takes the rest", async () => {
    const { run } = await withRun();
    await run.put({ path: "keep.md" }, "kept text");
    await run.put({ path: "scratch.md" }, "scratch text", { promote: false });
    await run.put({ path: "draft.md" }, "draft text");
    await run.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
    await run.commitStage({ stage: "plan" });
    const select = ({ uri }: { uri: string }) => !uri.endsWith("draft.md");
    expect(await run.merge({ from: "run/abc", mode: "curated", select })).toMatchObject({
      urisMerged: 1,
      eventsMerged: 1,
    });
    const curated = await run.snapshot({ branch: "main" });
    expect((await collect(curated.list())).map(({ uri }) => uri.split("/").at(-1))).toEqual(["keep.md", "base.md"]);
    expect(await run.merge({ from: "run/abc" })).toMatchObject({ urisMerged: 3, eventsMerged: 1 });
    const full = await run.snapshot({ branch: "main" });
    expect(await collect(full.list())).toHaveLength(4);
    await run.close();
  });

  it("leaves out what the target has from its parent: events show once", async () => {
    const { run } = await withRun();
    await run.put({ path: "plan.md" }, "the plan text");
    await run.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
    await run.merge({ from: "run/abc" });
    await run.fork("later/1");
    await run.put({ path: "new.md" }, "new text");
    expect(await run.merge({ from: "run/abc", to: "later/1" })).toMatchObject({ urisMerged: 1, eventsMerged: 0 });
    const later = await run.snapshot({ branch: "later/1" });
    expect((await collect(later.events())).map(({ type }) => type)).toEqual([
      "DebugTrace",
      "BranchMerged",
      "BranchMerged",
    ]);
    expect(await collect(later.list())).toHaveLength(3);
    await run.close();
  });

  it("lets the run's side win, and lists what both changed", async () => {
    const { run, runtime } = await withRun();
    await run.put({ path: "plan.md" }, "of the run");
    await run.commit();
    await run.close();
    const main = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
    await main.put(PLAN, "of main");
    await main.commit();
    expect(await main.merge({ from: "run/abc" })).toMatchObject({ conflicts: [PLAN] });
    expect(await main.get(PLAN, { as: "text" })).toBe("of the run");
    await main.close();
  });

  it("refuses what makes no sense", async () => {
    const { run } = await withRun();
    expect(await errorOf(run.merge({ from: "main" }))).toMatchObject({ code: "InvalidArgument" });
    expect(await errorOf(run.merge({ from: "run/nobody" }))).toMatchObject({ code: "UnknownBranch" });
    await run.close();
  });
});

describe("random histories", () => {
  it("show on every branch, at every checkpoint, what a naive model shows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 5, maxLength: 60 }), async (steps: Step[]) => {
        const model = await BranchModel.create();
        for (const step of steps) await model.apply(step);
        await model.compareAll();
        await model.close();
      }),
      { numRuns: Number(process.env["HISTORIES"] ?? 40), seed: Number(process.env["SEED"] ?? 7) },
    );
  }, 600_000);
});
