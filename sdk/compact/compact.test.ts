import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { BranchModel, stepArbitrary } from "../testing/branch-model.js";
import {
  CAPSULE_PATH,
  collect,
  errorOf,
  memoryMachine,
  newCapsule,
  noise,
  repeatable,
  repeatingRandom,
  START_MS,
} from "../testing/fixtures.js";
import { type Answers, allAnswers, headAnswers } from "../testing/views.js";
import type { CompactOptions } from "./compact.js";

const QUERIES = ["retry", "budget lock", "merge token parser", "text 7"];
const URIS = Array.from({ length: 6 }, (_, index) => `mv2://default/workspace/main/artifact/n${index}.md`);

function compact(runtime: Runtime, options: CompactOptions = {}) {
  return Capsule.compact(CAPSULE_PATH, {
    runtime,
    clock: () => START_MS + 1_000_000,
    random: repeatingRandom(9),
    ...options,
  });
}

async function answersOf(runtime: Runtime, ask: typeof allAnswers): Promise<Answers> {
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
  expect((await capsule.doctor({ deep: true })).map(({ code }) => code)).toEqual(["Healthy"]);
  const answers = await ask(capsule, QUERIES, URIS);
  await capsule.close();
  return withoutCompaction(answers);
}

/** The compaction's own events are new on main, and on nothing that forked before. */
function withoutCompaction(answers: Answers): Answers {
  const isOwn = (value: unknown) => JSON.stringify(value).includes('"CapsuleCompacted"');
  const { branches, main, ...others } = answers as {
    branches: { name: string; eventCount: number; contentBytes: number }[];
    main: { entries: { uri: string }[]; events: { uri: string }[] };
  };
  const own = new Set(main.events.filter(isOwn).map(({ uri }) => uri));
  return {
    ...others,
    // What was dropped isn't counted, and neither is that it was.
    branches: branches.map(({ eventCount: _, contentBytes: __, ...branch }) => ({ ...branch, artifactCount: 0 })),
    main: {
      ...main,
      entries: main.entries.filter(({ uri }) => !own.has(uri)),
      events: main.events.filter(({ uri }) => !own.has(uri)),
    },
  };
}

async function historyOf(steps: Parameters<BranchModel["apply"]>[0][]): Promise<Runtime> {
  const model = await BranchModel.create();
  for (const step of steps) await model.apply(step);
  await model.close();
  const runtime = memoryMachine();
  runtime.files.writeFile(CAPSULE_PATH, model.file());
  return runtime;
}

describe("compact", () => {
  it("keeps what every view shows, and forgets nothing that it has to tell", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 20, maxLength: 60 }), async (steps) => {
        const runtime = await historyOf(steps);
        const before = await answersOf(runtime, allAnswers);
        const result = await compact(runtime);
        expect(result.recordsLeftOut).toBe(0);
        expect(await answersOf(runtime, allAnswers)).toEqual(before);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it("drops the history, and keeps what every branch shows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 30, maxLength: 120 }), async (steps) => {
        const runtime = await historyOf(steps);
        const before = await answersOf(runtime, headAnswers);
        await compact(runtime, { dropHistory: true });
        const after = await answersOf(runtime, headAnswers);
        expect(unmarked(after)).toEqual(unmarked(before));
      }),
      { numRuns: 40 },
    );
  }, 180_000);

  it("gives the handle's successor the same capsule, smaller, with an event that tells of the old one", async () => {
    const { capsule, runtime } = await newCapsule();
    for (let index = 0; index < 40; index++) {
      await capsule.put({ path: "plan.md" }, `# Plan ${index}\n${"the same retry budget again\n".repeat(90)}`);
      await capsule.commit();
    }
    const { capsuleId, createdAtMs, root, sequence } = capsule.info;
    await capsule.close();
    const bytesBefore = runtime.files.readFile(CAPSULE_PATH).length;
    const result = await compact(runtime);
    expect(result).toMatchObject({ bytesBefore, oldRoot: root, oldSequence: sequence, droppedHistory: false });
    expect(result.bytesAfter).toBeLessThan(0.7 * bytesBefore);
    expect(runtime.files.readFile(CAPSULE_PATH)).toHaveLength(result.bytesAfter);
    expect(runtime.files.list("/project").map(({ name }) => name)).toEqual(["test.mv2", "test.mv2.lock"]);
    const writer = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
    expect(writer.info).toMatchObject({ capsuleId, createdAtMs, root: result.root, sequence: result.sequence });
    const [event] = await collect(writer.events({ type: "CapsuleCompacted" }));
    expect(event?.payload).toMatchObject({ old_root: root, old_sequence: sequence, bytes_before: bytesBefore });
    await writer.put({ path: "plan.md" }, "# Next");
    await writer.commit();
    expect((await writer.doctor({ deep: true }))[0]?.code).toBe("Healthy");
    await writer.close();
  });

  it("is refused while another handle writes, and leaves readers what they opened", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.put({ path: "a.md" }, "a retry");
    await capsule.commit();
    expect((await errorOf(compact(runtime))).code).toBe("LockedByWriter");
    await capsule.close();
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    await compact(runtime);
    expect(await reader.get("mv2://default/workspace/main/artifact/a.md", { as: "text" })).toBe("a retry");
    const error = await errorOf(reader.refresh());
    expect([error.code, error.hint]).toEqual(["SnapshotLost", "Close the capsule and open it again."]);
    await reader.close();
  });

  it("leaves nothing behind when it is aborted, in either phase", async () => {
    const { capsule, runtime } = await newCapsule();
    await capsule.putMany(Array.from({ length: 600 }, (_, n) => ({ target: { path: `${n}` }, content: noise(3000) })));
    await capsule.close();
    const before = runtime.files.readFile(CAPSULE_PATH);
    for (const wanted of ["copying", "checking"] as const) {
      const controller = new AbortController();
      const onProgress = (phase: string, done: number) => void (phase === wanted && done > 0 && controller.abort());
      expect((await errorOf(compact(runtime, { signal: controller.signal, onProgress }))).code).toBe("Aborted");
      expect(Buffer.compare(runtime.files.readFile(CAPSULE_PATH), before)).toBe(0);
      expect(runtime.files.list("/project").map(({ name }) => name)).toEqual(["test.mv2", "test.mv2.lock"]);
    }
  });
});

/** Checkpoints say that their history is gone; what is compared is all else. */
function unmarked(answers: Answers): unknown {
  return JSON.parse(JSON.stringify(answers).replaceAll('"history_dropped":true,', ""));
}

describe("compact with dropHistory", () => {
  it("keeps the newest versions only, and fails by name where one would go back", async () => {
    const { capsule, runtime } = await newCapsule();
    for (const text of ["first retry", "second retry", "third retry"]) {
      await capsule.put({ path: "plan.md" }, text);
      await capsule.commit({ label: text });
    }
    await capsule.put({ path: "gone.md" }, "unwanted budget");
    await capsule.remove("mv2://default/workspace/main/artifact/gone.md");
    await capsule.emit({ type: "IntakeCompleted", payload: { n: 1 } });
    await capsule.close();
    await compact(runtime, { dropHistory: true });
    const reader = await Capsule.open(CAPSULE_PATH, { runtime });
    expect(await reader.stats()).toMatchObject({
      revisionCount: 1,
      removalCount: 0,
      checkpointCount: 3,
      eventCount: 3,
    });
    expect((await reader.checkpoints()).map(({ label }) => label)).toHaveLength(3);
    const error = await errorOf(reader.at("second retry"));
    expect([error.code, error.exitCode]).toEqual(["HistoryDropped", 1]);
    expect((await errorOf(() => collect(reader.diff("second retry")))).code).toBe("HistoryDropped");
    expect(await collect(reader.events({ sinceCheckpoint: "third retry", type: "IntakeCompleted" }))).toHaveLength(1);
    await reader.close();
    const bytes = new TextDecoder("latin1").decode(runtime.files.readFile(CAPSULE_PATH));
    expect(bytes).toContain("third retry");
    expect(bytes).not.toContain("unwanted budget");
    const writer = await Capsule.open(CAPSULE_PATH, { ...repeatable(runtime), mode: "write" });
    await writer.commit({ label: "later" });
    expect((await (await writer.at("later")).search("third", { count: true })).total).toBe(1);
    await writer.close();
  });
});
