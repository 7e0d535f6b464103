import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateAgeKeys } from "./age/keys.js";
import { Capsule } from "./capsule.js";
import { type Config, loadConfig } from "./config.js";
import { CapsuleError } from "./errors.js";
import { type PipelineOptions, pipeline } from "./pipeline.js";
import { collect, errorOf, memoryMachine, repeatable } from "./testing/fixtures.js";

const RUN = { spec: "S", run: "abc" };
const PLAN = "mv2://default/S/abc/artifact/plan.md";

async function start(options: PipelineOptions = {}, change: (config: Config) => Config = (config) => config) {
  const runtime = memoryMachine();
  const config = change(await loadConfig({ runtime, workspaceDir: "/project" }));
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  const common = { ...repeatable(runtime), workspaceDir: "/project", onWarning };
  const { stage, unlock } = pipeline(config, { ...common, ...options });
  const inspect = async <Result>(work: (capsule: Capsule) => Promise<Result>, branch = "main"): Promise<Result> => {
    const capsule = await Capsule.open(config.capsule.path, { runtime, branch });
    try {
      return await work(capsule);
    } finally {
      await capsule.close();
    }
  };
  const errors = () =>
    inspect(async (capsule) => {
      const events = await collect(capsule.events({ type: "ErrorEvent" }));
      return events.map(({ payload }) => payload);
    }, "run/abc");
  return { stage, unlock, inspect, errors, runtime, config, warnings };
}

describe("pipeline().stage()", () => {
  it("makes the capsule and the run's branch, does the work there, and ends with a checkpoint", async () => {
    const { stage, inspect } = await start();
    const plan = await stage({ ...RUN, stage: "plan", label: "planned", gitCommit: "c0ffee" }, (capsule) =>
      capsule.put({ path: "plan.md" }, "# Plan"),
    );
    expect(plan).toMatchObject({ result: PLAN, checkpoint: { stage: "plan", label: "planned", branch: "run/abc" } });
    const build = await stage({ ...RUN, run: "run_abc", stage: "build" }, async (capsule) => {
      expect(await capsule.get(PLAN, { as: "text" })).toBe("# Plan");
      return (await capsule.search("plan")).hits.length;
    });
    expect(build).toMatchObject({ result: 1, checkpoint: { branch: "run/abc" } });
    expect(await inspect((capsule) => capsule.get(PLAN))).toBeNull();
    const stages = await inspect((capsule) => capsule.checkpoints(), "run/abc");
    expect(stages.map(({ stage, commitHash }) => [stage, commitHash])).toEqual([
      ["plan", "c0ffee"],
      ["build", null],
    ]);
  });

  it("leaves nothing of work that fails but an event that tells of it, and throws what it threw", async () => {
    const { stage, inspect, errors, warnings } = await start();
    await stage({ ...RUN, stage: "plan" }, (capsule) => capsule.put({ path: "plan.md" }, "# Plan"));
    const failing = stage({ ...RUN, stage: "build" }, async (capsule) => {
      await capsule.put({ path: "half.md" }, "half");
      await capsule.emit({ type: "DebugTrace", payload: { message: "half", context: null } });
      throw new RangeError("out of ideas");
    });
    await expect(failing).rejects.toThrow(new RangeError("out of ideas"));
    const payload = { error_code: "RangeError", message: "out of ideas", severity: "error", stage: "build" };
    expect(await errors()).toEqual([{ ...payload, component: "pipeline", recoverable: false }]);
    const listed = await inspect((capsule) => collect(capsule.list()), "run/abc");
    expect(listed.map(({ uri }) => uri)).toEqual([PLAN]);
    const types = (await inspect((capsule) => collect(capsule.events()), "run/abc")).map(({ type }) => type);
    expect(types).toEqual(["StageTransition", "ErrorEvent"]);
    expect(warnings).toEqual([]);
  });

  it("begins failed work anew, with the capsule as it was", async () => {
    const { stage, inspect, errors } = await start();
    const seen: number[] = [];
    const { result } = await stage({ ...RUN, stage: "plan", attempts: 3 }, async (capsule, { attempt }) => {
      seen.push((await collect(capsule.list())).length);
      await capsule.put({ path: `attempt-${attempt}.md` }, "x");
      if (attempt < 3) throw new CapsuleError("NotFound", `attempt ${attempt}`);
      return attempt;
    });
    expect({ result, seen }).toEqual({ result: 3, seen: [0, 0, 0] });
    expect(
      (await errors()).map(({ error_code, severity, recoverable }) => [error_code, severity, recoverable]),
    ).toEqual([
      ["NotFound", "warning", true],
      ["NotFound", "warning", true],
    ]);
    const [only, ...others] = await inspect((capsule) => collect(capsule.list()), "run/abc");
    expect([only?.uri.split("/").at(-1), others]).toEqual(["attempt-3.md", []]);
  });

  it("fails as a whole when its checkpoint can't be made", async () => {
    const { stage, inspect } = await start();
    await stage({ ...RUN, stage: "a", label: "same" }, () => undefined);
    const again = stage({ ...RUN, stage: "b", label: "same" }, (capsule) => capsule.put({ path: "b" }, "b"));
    expect(await errorOf(again)).toMatchObject({ code: "DuplicateLabel" });
    expect(await inspect((capsule) => collect(capsule.list()), "run/abc")).toEqual([]);
  });

  it("ends by its signal: before its checkpoint, while it waits for the lock, between attempts", async () => {
    const { stage, errors, config, runtime } = await start();
    const during = new AbortController();
    const aborted = stage(
      { ...RUN, stage: "plan", attempts: 5, signal: during.signal },
      async (capsule, { signal }) => {
        await capsule.put({ path: "plan.md" }, "# Plan");
        during.abort();
        expect(signal?.aborted).toBe(true);
      },
    );
    expect(await errorOf(aborted)).toMatchObject({ code: "Aborted" });
    expect(await errors()).toMatchObject([{ error_code: "Aborted", recoverable: false }]);

    const holder = await Capsule.open(config.capsule.path, { runtime, mode: "write" });
    const waiting = new AbortController();
    setTimeout(() => waiting.abort(), 20);
    const locked = stage({ ...RUN, stage: "plan", signal: waiting.signal }, () => "never");
    expect(await errorOf(locked)).toMatchObject({ code: "Aborted" });
    await holder.close();

    const between = new AbortController();
    const retried = stage({ ...RUN, stage: "plan", attempts: 2, retryDelayMs: 60_000, signal: between.signal }, () => {
      setTimeout(() => between.abort(), 20);
      throw new Error("first");
    });
    expect(await errorOf(retried)).toMatchObject({ code: "Aborted" });
  });

  it("waits for its turn, or says who holds the lock", async () => {
    const { stage, inspect } = await start();
    const runs = ["a", "b", "c"].map((run) =>
      stage({ spec: "S", run, stage: "s" }, async (capsule) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return capsule.put({ path: "x" }, run);
      }),
    );
    expect((await Promise.all(runs)).map(({ checkpoint }) => checkpoint.branch)).toEqual(["run/a", "run/b", "run/c"]);
    expect(await inspect((capsule) => capsule.branches())).toHaveLength(4);
    const { stage: impatient, config, runtime } = await start({ waitSeconds: 0 });
    await impatient({ ...RUN, stage: "s" }, () => undefined);
    const holder = await Capsule.open(config.capsule.path, { runtime, mode: "write" });
    expect(await errorOf(impatient({ ...RUN, stage: "t" }, () => undefined))).toMatchObject({ code: "LockedByWriter" });
    await holder.close();
  });

  it("warns if a failure can't be recorded, and still throws what the work threw", async () => {
    const { stage, config, runtime, warnings } = await start();
    await stage({ ...RUN, stage: "s" }, () => undefined);
    const failing = stage({ ...RUN, stage: "t" }, () => {
      runtime.files.remove(config.capsule.path);
      runtime.files.writeFile(config.capsule.path, new TextEncoder().encode("no capsule"));
      throw new Error("the first failure");
    });
    await expect(failing).rejects.toThrow("the first failure");
    expect(warnings).toEqual([expect.stringContaining("Cannot record that the stage t of abc failed")]);
  });
});

describe("pipeline().unlock()", () => {
  const { identity, recipient: key } = generateAgeKeys();

  it("merges the run, exports by the mode, and changes nothing the second time", async () => {
    const { stage, unlock, inspect } = await start();
    await stage({ ...RUN, stage: "plan" }, (capsule) => capsule.put({ path: "plan.md" }, "# Plan"));
    const first = await unlock(RUN);
    expect(first.merge).toMatchObject({ from: "run/abc", to: "main", mode: "full", urisMerged: 2, eventsMerged: 1 });
    expect(first.export).toEqual({ exported: null, skipped: "no-risk", error: null });
    expect(await inspect((capsule) => capsule.get(PLAN, { as: "text" }))).toBe("# Plan");
    expect((await unlock(RUN)).merge).toMatchObject({ urisMerged: 0, eventsMerged: 0, mergeCheckpointId: null });
    expect(await errorOf(unlock({ ...RUN, run: "none" }))).toMatchObject({ code: "UnknownBranch" });
  });

  it("merges what is selected, and exports at risk", async () => {
    const withKey = (config: Config): Config => ({
      ...config,
      capsule: { ...config.capsule, export: { ...config.capsule.export, recipients: [key] } },
    });
    const { stage, unlock, inspect, runtime } = await start({}, withKey);
    await stage({ ...RUN, stage: "plan" }, async (capsule) => {
      await capsule.put({ path: "plan.md" }, "# Plan\nAsk maria@firma.io.");
      await capsule.put({ path: "scratch.md" }, "scratch");
    });
    const select = ({ uri }: { readonly uri: string }) => !uri.endsWith("scratch.md");
    const { merge, export: told } = await unlock({ ...RUN, mode: "curated", select, highRisk: true });
    expect(merge).toMatchObject({ mode: "curated", urisMerged: 1 });
    expect(told).toMatchObject({ skipped: null, error: null, exported: { encrypted: true, safe: true } });
    const exported = await Capsule.open(told.exported?.outputPath ?? "", {
      runtime,
      identities: [identity],
      runId: "abc",
    });
    expect(await exported.get(PLAN, { as: "text" })).toBe("# Plan\nAsk [masked:email].");
    await exported.close();
    const listed = await inspect((capsule) => collect(capsule.list()));
    expect(listed.map(({ uri }) => uri)).toEqual([PLAN]);
  });

  it("tells of an export that fails, and merges all the same", async () => {
    const { stage, unlock, inspect, warnings } = await start();
    await stage({ ...RUN, stage: "plan" }, (capsule) => capsule.put({ path: "plan.md" }, "# Plan"));
    const { merge, export: told } = await unlock({ ...RUN, auditHandoff: true });
    expect(merge.urisMerged).toBe(2);
    expect(told).toMatchObject({ exported: null, skipped: null });
    const code = told.error?.code;
    expect(code).toBeDefined();
    expect(warnings).toEqual([expect.stringContaining("merged but not exported")]);
    const events = await inspect((capsule) => collect(capsule.events({ type: "ErrorEvent" })));
    expect(events).toMatchObject([{ payload: { error_code: code, component: "export" } }]);
  });
});

describe("docs/pipeline.md", () => {
  it("has an example that runs", async () => {
    const text = readFileSync(new URL("../docs/pipeline.md", import.meta.url), "utf8");
    const example = /```ts\n([\s\S]*?)```/.exec(text)?.[1]?.replace(/^import .*$/m, "") ?? "";
    const runtime = memoryMachine();
    const printed: unknown[] = [];
    const world = {
      loadConfig: () => loadConfig({ runtime, workspaceDir: "/project" }),
      pipeline: (config: Config) => pipeline(config, { runtime }),
      console: { log: (...values: unknown[]) => printed.push(...values) },
    };
    const AsyncFunction = (async () => undefined).constructor as new (
      ...args: string[]
    ) => (...args: unknown[]) => Promise<void>;
    await new AsyncFunction(...Object.keys(world), example)(...Object.values(world));
    expect(printed).toEqual([expect.stringMatching(/^[0-9A-Z]{26}$/), 3, "no-risk"]);
  });
});
