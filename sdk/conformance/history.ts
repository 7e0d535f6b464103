/** Events, checkpoints, time travel, readers beside a writer. */

import { bytesOf, create, documents, fileDigest, gathered, isSame, listAll, pathIn, read, write } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

const events: Case = async (place) => {
  const capsule = await create(place, 3, { specId: "SPEC-1", runId: "run_abc" });
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
  const told = [await gathered(capsule.events()), await capsule.checkpoints(), await gathered(capsule.log())];
  await capsule.close();
  return told;
};

const asOf: Case = async (place) => {
  const capsule = await create(place, 4);
  const then: unknown[] = [];
  for (let i = 0; i < 20; i++) {
    await capsule.putMany(documents(15, i * 10).map((each) => ({ ...each, content: `${each.content} round ${i}` })));
    await capsule.commit({ label: `round ${i}` });
    then.push([await listAll(capsule), (await capsule.search("round", { limit: 30 })).hits]);
  }
  for (let i = 0; i < 20; i++) {
    const view = await capsule.at(`round ${i}`);
    const now = [await listAll(view), (await view.search("round", { limit: 30 })).hits];
    if (!isSame(now, then[i])) throw new Error(`As of round ${i} isn't what it was`);
  }
  const changes = await gathered(capsule.diff("round 3", "round 15"));
  await capsule.close();
  return [then, changes];
};

const beside: Case = async (place) => {
  const { files } = place.runtime;
  const writer = await create(place, 5);
  await writer.putMany(documents(30));
  await writer.commit();
  const before = [fileDigest(place), files.stat(pathIn(place))?.modifiedAtMs];
  const reader = await read(place);
  const seen = await listAll(reader);
  if (!isSame([fileDigest(place), files.stat(pathIn(place))?.modifiedAtMs], before)) {
    throw new Error("Reading changed the file");
  }
  await writer.putMany(documents(30, 30));
  await writer.commit();
  if (!isSame(await listAll(reader), seen)) throw new Error("The reader's snapshot moved");
  const moved = await reader.refresh();
  const after = await listAll(reader);
  await reader.close();
  await writer.close();
  return [seen.length, moved, after.length, after];
};

const reopened: Case = async (place) => {
  await (await create(place, 6)).close();
  for (let i = 0; i < 12; i++) {
    const capsule = await write(place, 10 + i);
    await capsule.putMany(documents(9, i * 9));
    await capsule.commit();
    await capsule.close();
  }
  const capsule = await read(place);
  const all = await listAll(capsule);
  const diagnostics = await capsule.doctor({ deep: true });
  await capsule.close();
  return [fileDigest(place), all, diagnostics.filter(({ level }) => level !== "ok").map(({ code }) => code)];
};

/** A writer that ended in the middle: the next one goes on from the last commit. */
const interrupted: Case = async (place) => {
  const capsule = await create(place, 8);
  await capsule.putMany(documents(40));
  await capsule.commit();
  await capsule.close();
  const whole = bytesOf(place);
  const half = new Uint8Array(whole.length + 3000).map((_, i) => whole[i] ?? i * 7);
  place.runtime.files.writeFile(pathIn(place), half);
  const again = await write(place, 9);
  const found = await listAll(again);
  await again.putMany(documents(5, 40));
  await again.close();
  return [found, fileDigest(place)];
};

export const history: Topic = {
  name: "history",
  cases: {
    "events and checkpoints": events,
    "as of each of 20 checkpoints": asOf,
    "a reader keeps its snapshot beside a writer, and changes nothing": beside,
    "put, close, reopen, continue": reopened,
    "a tail that was never committed": interrupted,
  },
};
