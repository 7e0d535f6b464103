import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { openForReading } from "../open.js";
import { BranchModel, stepArbitrary } from "../testing/branch-model.js";
import { CAPSULE_PATH, collect, errorOf, memoryMachine, newCapsule, noise } from "../testing/fixtures.js";
import { allAnswers } from "../testing/views.js";
import type { RebuildOptions, RebuildReport } from "./plan.js";
import { rebuild } from "./rebuild.js";
import { createTarget, finishTarget } from "./target.js";

const COPY_PATH = "/project/copy.mv2";
const SETTINGS = { maxWorkingSetBytes: 1 << 26 };
const URIS = Array.from({ length: 6 }, (_, index) => `mv2://default/workspace/main/artifact/n${index}.md`);
const QUERIES = ["retry", "budget lock", "merge token parser", "text 7", "n1.md"];

async function copy(
  runtime: Runtime,
  from = CAPSULE_PATH,
  to = COPY_PATH,
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  const { session } = await openForReading(from, { runtime });
  const file = runtime.files.open(to, { mode: "create-exclusive" });
  const core = await createTarget(file, session.info, SETTINGS);
  const report = await rebuild(session, core, options);
  finishTarget(core, file);
  file.close();
  session.close();
  return report;
}

async function answersAt(runtime: Runtime, path: string) {
  const capsule = await Capsule.open(path, { runtime });
  expect((await capsule.doctor({ deep: true })).map(({ code }) => code)).toEqual(["Healthy"]);
  const answers = await allAnswers(capsule, QUERIES, URIS);
  await capsule.close();
  return answers;
}

async function expectSameCopies(runtime: Runtime): Promise<RebuildReport> {
  const report = await copy(runtime);
  expect(report.leftOut).toBe(0);
  expect(await answersAt(runtime, COPY_PATH)).toEqual(await answersAt(runtime, CAPSULE_PATH));
  await copy(runtime, COPY_PATH, "/project/again.mv2");
  const [once, twice] = [COPY_PATH, "/project/again.mv2"].map((path) => runtime.files.readFile(path));
  expect(Buffer.compare(once as Uint8Array, twice as Uint8Array)).toBe(0);
  return report;
}

describe("rebuild", () => {
  it("gives a capsule that answers the same in every view, and whose copy has its bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 20, maxLength: 80 }), async (steps) => {
        const model = await BranchModel.create();
        for (const step of steps) await model.apply(step);
        await model.close();
        const runtime = memoryMachine();
        runtime.files.writeFile(CAPSULE_PATH, model.file());
        await expectSameCopies(runtime);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it("copies large, streamed, repeated and many contents, each stored once", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "large.bin" }, noise(3_500_000));
    const streamed = (async function* () {
      yield noise(3_500_000);
    })();
    await capsule.put({ path: "streamed.bin" }, streamed);
    await capsule.put({ path: "megabyte.bin" }, noise(1 << 20));
    await capsule.putMany(
      Array.from({ length: 700 }, (_, index) => ({
        target: { path: `d/${index}.md` },
        content: `retry ${index} `.repeat(90),
        title: `budget ${index % 9}`,
      })),
    );
    await capsule.commit({ label: "full" });
    await capsule.put({ path: "large-again.bin" }, noise(3_500_000));
    await capsule.put({ path: "long.md" }, "merge token\n".repeat(200_000));
    await capsule.commitStage({ stage: "end" });
    const { sizeBytes } = await capsule.stats();
    await capsule.close();
    await expectSameCopies(runtime);
    // The stream was stored beside the same content, whose hash wasn't known then.
    expect(runtime.files.readFile(COPY_PATH).length).toBeLessThan(sizeBytes - 3_400_000);
  }, 60_000);

  it("copies an empty capsule", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.close();
    expect(await expectSameCopies(runtime)).toEqual({ stored: 0, changed: 0, leftOut: 0, headSequence: 0 });
  });
});

describe("rebuild, deciding on each record", () => {
  it("leaves out, changes, and puts on another branch, also what a promotion stands for", async () => {
    const { capsule, runtime } = await newCapsule({ specId: "S", runId: "r1" });
    await capsule.put({ path: "kept.md" }, "kept as it is");
    await capsule.put({ path: "masked.md" }, "the secret retry", { title: "Secret" });
    await capsule.put({ path: "dropped.md" }, "a dropped budget");
    await capsule.merge({ from: "run/r1" });
    await capsule.close();
    const left: string[] = [];
    const report = await copy(runtime, CAPSULE_PATH, COPY_PATH, {
      promotions: "expand",
      decide: async ({ record, readContent }) => {
        if (record.branch !== 0 || record.kind === 7) return { leaveOut: "only main is copied" };
        if (record.uri.endsWith("dropped.md")) return { leaveOut: "not wanted" };
        if (!record.uri.endsWith("masked.md")) return "keep";
        const content = new TextDecoder().decode(await readContent()).replace("secret", "[masked]");
        return { title: "", content };
      },
      onLeftOut: ({ uri, branch }, reason) => left.push(`${branch} ${uri.split("/").at(-1)}: ${reason}`),
    });
    expect(report).toMatchObject({ changed: 1, headSequence: 1 });
    expect(left).toContain("0 dropped.md: not wanted");
    const copied = await Capsule.open(COPY_PATH, { runtime });
    const entries = await collect(copied.list());
    expect(entries.map(({ uri, title, branch }) => [uri.split("/").at(-1), title, branch])).toEqual([
      ["kept.md", null, "main"],
      ["masked.md", null, "main"],
    ]);
    expect(await copied.get("mv2://default/S/r1/artifact/masked.md", { as: "text" })).toBe("the [masked] retry");
    expect((await copied.search("secret", { count: true })).total).toBe(0);
    expect((await copied.branches()).map(({ name }) => name)).toEqual(["main"]);
    expect(new TextDecoder("latin1").decode(runtime.files.readFile(COPY_PATH))).not.toContain("secret");
  });

  it("gives promotions up whose record was left out, and refuses a record whose branch was", async () => {
    const { capsule, runtime } = await newCapsule({ specId: "S", runId: "r1" });
    await capsule.put({ path: "a.md" }, "a");
    await capsule.merge({ from: "run/r1" });
    await capsule.close();
    const reasons: string[] = [];
    await copy(runtime, CAPSULE_PATH, COPY_PATH, {
      decide: ({ record }) => (record.kind === 1 ? { leaveOut: "no" } : "keep"),
      onLeftOut: (_, reason) => reasons.push(reason),
    });
    expect(reasons).toEqual(["no", "what it promotes was left out"]);
    const error = await errorOf(
      copy(runtime, CAPSULE_PATH, "/project/third.mv2", {
        decide: ({ record }) => (record.kind === 7 ? { leaveOut: "no" } : "keep"),
      }),
    );
    expect(error.code).toBe("InvalidArgument");
  });

  it("stops when it is told to", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.putMany(Array.from({ length: 600 }, (_, index) => ({ target: { path: `${index}` }, content: "x" })));
    await capsule.close();
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: (done: number) => done > 0 && controller.abort() };
    expect((await errorOf(copy(runtime, CAPSULE_PATH, COPY_PATH, options))).code).toBe("Aborted");
  });
});
