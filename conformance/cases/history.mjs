import { readFileSync, statSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { create, documents, fixed, listAll, placeFor, sha256 } from "./context.mjs";

/** Events, checkpoints, time travel, readers beside a writer. */
export const topic = "history";

export const cases = {
  async "events and checkpoints"(context) {
    const path = placeFor(context, "events");
    const capsule = await create(path, 3, { specId: "SPEC-1", runId: "run_abc" });
    await capsule.putMany(documents(20));
    await capsule.emit({
      type: "GateDecision",
      payload: { gate_name: "lint", outcome: "pass", stage: "plan", blocking: false },
    });
    await capsule.emit({
      type: "ErrorEvent",
      payload: { error_code: "E1", message: "naïve", severity: "low", recoverable: true },
    });
    await capsule.commitStage({ stage: "plan" });
    await capsule.commit({ label: "manual" });
    const events = [];
    for await (const event of capsule.events()) events.push(event);
    const checkpoints = await capsule.checkpoints();
    const log = [];
    for await (const commit of capsule.log()) log.push(commit);
    await capsule.close();
    return [events, checkpoints, log];
  },
  async "as of each of 20 checkpoints"(context) {
    const path = placeFor(context, "asof");
    const capsule = await create(path, 4);
    const then = [];
    for (let i = 0; i < 20; i++) {
      await capsule.putMany(documents(15, i * 10).map((each) => ({ ...each, content: `${each.content} round ${i}` })));
      await capsule.commit({ label: `round ${i}` });
      then.push([await listAll(capsule), (await capsule.search("round", { limit: 30 })).hits]);
    }
    for (let i = 0; i < 20; i++) {
      const view = await capsule.at(`round ${i}`);
      const now = [await listAll(view), (await view.search("round", { limit: 30 })).hits];
      if (JSON.stringify(now) !== JSON.stringify(then[i])) throw new Error(`As of round ${i} isn't what it was`);
    }
    await capsule.close();
    return then;
  },
  async "branches of runs, before and after they are merged"(context) {
    const path = placeFor(context, "branches");
    const main = await create(path, 6);
    await main.putMany(documents(20));
    await main.commit({ label: "base" });
    await main.close();
    const run = await Capsule.open(path, { ...fixed(7), mode: "write", specId: "SPEC-1", runId: "abc" });
    await run.putMany(documents(10, 15));
    await run.remove((await listAll(run))[0][0]);
    await run.emit({ type: "DebugTrace", payload: { message: "m", context: {} } });
    const { id } = await run.commitStage({ stage: "plan" });
    const shown = async (reader) => {
      const events = [];
      for await (const event of reader.events()) events.push(event);
      const { hits, total } = await reader.search("the report", { limit: 20, count: true });
      return [await listAll(reader), events, hits, total];
    };
    const views = async () => [
      await shown(await run.snapshot({ branch: "main" })),
      await shown(await run.snapshot({ branch: "run/abc" })),
      await shown(await run.at(id)),
      (await run.search("the report", { limit: 20, scope: "run" })).resultsDigest,
      await run.branches(),
    ];
    const answers = [await views()];
    answers.push(await run.merge({ from: "run/abc", mode: "curated", dryRun: true }));
    answers.push(await run.merge({ from: "run/abc" }), await run.merge({ from: "run/abc" }), await views());
    await run.close();
    return [answers, await sha256(readFileSync(path))];
  },
  async "a reader keeps its snapshot beside a writer, and changes nothing"(context) {
    const path = placeFor(context, "beside");
    const writer = await create(path, 5);
    await writer.putMany(documents(30));
    await writer.commit();
    const before = await sha256(readFileSync(path));
    const modifiedAt = statSync(path).mtimeMs;
    const reader = await Capsule.open(path);
    const seen = await listAll(reader);
    if ((await sha256(readFileSync(path))) !== before || statSync(path).mtimeMs !== modifiedAt)
      throw new Error("Reading changed the file");
    await writer.putMany(documents(30, 30));
    await writer.commit();
    if (JSON.stringify(await listAll(reader)) !== JSON.stringify(seen)) throw new Error("The reader's snapshot moved");
    const moved = await reader.refresh();
    const after = await listAll(reader);
    await reader.close();
    await writer.close();
    return [seen.length, moved, after.length, after];
  },
  async "put, close, reopen, continue"(context) {
    const path = placeFor(context, "continue");
    await (await create(path, 6)).close();
    for (let i = 0; i < 12; i++) {
      const capsule = await Capsule.open(path, { mode: "write", ...fixed(10 + i) });
      await capsule.putMany(documents(9, i * 9));
      await capsule.commit();
      await capsule.close();
    }
    const capsule = await Capsule.open(path);
    const all = await listAll(capsule);
    const diagnostics = await capsule.doctor({ deep: true });
    await capsule.close();
    return [
      await sha256(readFileSync(path)),
      all,
      diagnostics.filter((each) => each.level !== "ok").map((each) => each.code),
    ];
  },
};
