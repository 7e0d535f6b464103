import { equalBytes } from "./bytes.js";
import { COUNTER_NAMES, type Counters, coveredRecords } from "./commit.js";
import { demand } from "./failure.js";
import type { History, StoredRecord } from "./history.js";
import { type Frame, FrameKind, frameBody } from "./items.js";
import { parsePack, RecordKind } from "./pack.js";
import { decodedPayloadBytes } from "./payload.js";

/** The counters of a commit (part 5), counted from all records and all live frames up to it, the commit frame included. */
export function countAnew(
  records: readonly StoredRecord[],
  frames: readonly Pick<Frame, "kind" | "stored">[],
): Counters {
  const ofKind = (kind: number) => records.filter((record) => record.kind === kind).length;
  const blobBytes = sum(frames.filter(({ kind }) => kind === FrameKind.blob).map(({ stored }) => stored.length));
  return {
    uris: new Set(records.map(({ uri }) => uri)).size,
    revisions: ofKind(RecordKind.revision),
    removals: ofKind(RecordKind.removal),
    events: ofKind(RecordKind.event),
    checkpoints: ofKind(RecordKind.checkpoint),
    contentBytesPut: sum(records.map(({ place }) => place.contentBytes)),
    contentBytesStored: sum(records.map(({ payload }) => payload.length)) + blobBytes,
    frames: frames.length,
    payloadBytes: sum(records.map(decodedPayloadBytes)),
    contentBytesRepeated: sum(records.map(({ place }) => (place.mode === 3 ? place.contentBytes : 0))),
  };
}

/** Checks what a commit says of the history up to it: record count, counters, tail packs, coverage of the segment list. Throws `corrupt`. */
export function checkCommitSums(history: History, sequence: number): void {
  const batch = history.batches[sequence - 1];
  demand(batch !== undefined, `there is no commit ${sequence}`);
  const { body, frame } = batch.commit;
  const records = history.records.filter((record) => record.sequence <= sequence);
  demand(
    body.recordCount === records.length,
    `commit ${sequence} says ${body.recordCount} records, there are ${records.length}`,
    frame.offset,
  );
  const counters = countAnew(records, framesUpTo(history, sequence));
  for (const name of COUNTER_NAMES) {
    const [said, counted] = [body.counters[name], counters[name]];
    demand(said === counted, `commit ${sequence} says ${said} for the counter ${name}, it is ${counted}`, frame.offset);
  }
  checkDictionary(history, sequence);
  checkTail(history, sequence);
}

/** The dictionary that a commit names lies before it, and later commits name the same. */
function checkDictionary(history: History, sequence: number): void {
  const commit = history.batches[sequence - 1]?.commit;
  const said = commit?.body.dictionary;
  const before = history.batches[sequence - 2]?.commit.body.dictionary;
  const same = said !== undefined && before !== undefined && said.offset === before.offset;
  demand(
    before === undefined || same,
    `commit ${sequence} names another dictionary than the commit before`,
    commit?.frame.offset,
  );
  if (!said || !commit) return;
  const frame = history.frames.get(said.offset);
  const fits =
    frame?.kind === FrameKind.dictionary && frame.offset < commit.frame.offset && equalBytes(frame.hash, said.hash);
  demand(fits, `commit ${sequence} names a dictionary that isn't there`, commit.frame.offset);
}

function checkTail(history: History, sequence: number): void {
  const batch = history.batches[sequence - 1];
  if (!batch) return;
  const { body, frame } = batch.commit;
  const packs = batch.items.filter((item): item is Frame => item.type === "frame" && item.kind === FrameKind.pack);
  const covered = body.segments ? coveredRecords(body.segments) : 0;
  const before = history.records.filter((record) => record.sequence < sequence).length;
  if (body.segments)
    demand(covered >= before, `the segments of commit ${sequence} leave out records of earlier commits`, frame.offset);
  const tail = packs.filter((pack) => parsePack(frameBody(pack), pack.offset).firstRecord >= covered);
  const same =
    tail.length === body.tailPacks.length &&
    tail.every((pack, i) => {
      const said = body.tailPacks[i];
      return said !== undefined && said.offset === pack.offset && equalBytes(said.hash, pack.hash);
    });
  demand(same, `commit ${sequence} does not name its tail packs`, frame.offset);
  const atPackStart =
    history.packs.some(({ firstRecord }) => firstRecord === covered) || covered === history.records.length;
  demand(covered === 0 || atPackStart, "the segments end inside a pack", frame.offset);
}

function framesUpTo(history: History, sequence: number): Frame[] {
  return history.batches
    .slice(0, sequence)
    .flatMap(({ items, commit }) => [...items.filter((item): item is Frame => item.type === "frame"), commit.frame]);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
