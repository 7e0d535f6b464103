import { hash, sharedPrefixBytes, toHex } from "./bytes.js";
import { attempt } from "./failure.js";
import type { History, StoredRecord } from "./history.js";
import { ANCHOR_DISTANCE_BYTES, chooseMask, type Frame, FrameKind, holdsMagic, xorBytes } from "./items.js";
import { checkCanonicalJson } from "./json.js";
import { type Pack, RecordKind } from "./pack.js";
import { decodedPayloadBytes } from "./payload.js";
import { isSegmentListDue, segmentsToMerge } from "./policy.js";

const PACK_CLOSE_BYTES = 16_384;
const INLINE_CONTENT_BYTES = 2048;
const MIN_DUPLICATE_BYTES = 32;

/** A rule for writers that a file breaks; readers don't mind, but two writers that follow the document don't do it. */
export interface BrokenRule {
  readonly message: string;
  readonly offset: number;
}

/** Checks the rules that docs/format.md gives to writers, as far as the file shows whether they were kept. */
export function brokenWriterRules(history: History): BrokenRule[] {
  return [
    ...[...history.frames.values()].flatMap(frameRules),
    ...history.batches.flatMap((_, i) => anchorRules(history, i)),
    ...history.packs.flatMap(packRules),
    ...history.records.flatMap(recordRules),
    ...duplicateRules(history),
    ...segmentRules(history),
  ];
}

function broken(condition: boolean, message: string, offset: number): BrokenRule[] {
  return condition ? [] : [{ message, offset }];
}

function frameRules(frame: Frame): BrokenRule[] {
  const { offset, kind, mask, stored, decodedBytes, codec } = frame;
  const compressed = kind === FrameKind.blob && codec === 1;
  return [
    ...broken(!holdsMagic(stored), "a body holds the magic of a mark", offset),
    ...broken(mask === chooseMask(xorBytes(stored, mask)), "a body has another mask than the rule gives", offset),
    ...broken(
      !compressed || stored.length <= decodedBytes - decodedBytes / 8,
      "a blob is compressed and saves less than an eighth",
      offset,
    ),
  ];
}

/** An anchor stands behind each frame above 64 KiB, and each that ends more than 64 KiB after the last mark, batch start or dead range; nowhere else. */
function anchorRules(history: History, batchIndex: number): BrokenRule[] {
  const batch = history.batches[batchIndex];
  if (!batch) return [];
  const { batchStart, deadRanges } = batch.commit.body;
  const deadEnd = deadRanges.at(-1)?.end ?? batchStart;
  let lastMark = deadEnd;
  return batch.items.flatMap((item, i) => {
    if (item.type === "mark") {
      // Notes stand before the dead ranges.
      lastMark = Math.max(deadEnd, item.end);
      return [];
    }
    const wanted = item.end - item.offset > ANCHOR_DISTANCE_BYTES || item.end - lastMark > ANCHOR_DISTANCE_BYTES;
    const there = batch.items[i + 1]?.type === "mark";
    return broken(wanted === there, wanted ? "no anchor behind a frame" : "an anchor that isn't needed", item.end);
  });
}

function packRules(pack: Pack): BrokenRule[] {
  const { offset, records, dictionary, bytesBeforeLast } = pack;
  const firstUri = records[0]?.uriBytes ?? new Uint8Array(0);
  const used = records.some(({ payloadCodec }) => payloadCodec === 2);
  return [
    ...broken(records.length === 1 || bytesBeforeLast < PACK_CLOSE_BYTES, "a pack goes on behind 16 KiB", offset),
    ...broken((dictionary !== undefined) === used, "a pack names a dictionary that it doesn't use", offset),
    ...records
      .slice(1)
      .flatMap(({ uriBytes, sharedUriBytes, number }) =>
        broken(
          sharedUriBytes === sharedPrefixBytes(firstUri, uriBytes),
          `the URI of record ${number} could share more`,
          offset,
        ),
      ),
  ];
}

function recordRules(record: StoredRecord): BrokenRule[] {
  const { number, place, packOffset, payload, payloadCodec, kind, attributes, title, inline } = record;
  const what = `record ${number}`;
  const fits =
    place.mode === 1
      ? place.contentBytes < INLINE_CONTENT_BYTES
      : place.mode !== 2 || place.contentBytes >= INLINE_CONTENT_BYTES;
  const rules = [
    ...broken(fits, `${what} has ${place.contentBytes} bytes of content in mode ${place.mode}`, packOffset),
    ...broken(
      payloadCodec === 0 || payload.length < decodedPayloadBytes(record),
      `${what} is compressed and saves nothing`,
      packOffset,
    ),
    ...textRule(
      () => new TextDecoder("utf-8", { fatal: true }).decode(title),
      `${what} has a title that isn't UTF-8`,
      packOffset,
    ),
  ];
  if (attributes.length > 0) rules.push(...jsonRule(attributes, `attributes of ${what}`, packOffset, true));
  if (kind === RecordKind.event && inline)
    rules.push(...jsonRule(inline, `payload of event ${number}`, packOffset, false));
  return rules;
}

function textRule(check: () => void, message: string, offset: number): BrokenRule[] {
  try {
    check();
    return [];
  } catch {
    return [{ message, offset }];
  }
}

function jsonRule(bytes: Uint8Array, what: string, offset: number, mustBeObject: boolean): BrokenRule[] {
  const outcome = attempt(() => checkCanonicalJson(bytes, what));
  if ("failure" in outcome) return [{ message: outcome.failure.message, offset }];
  const isFilledObject = bytes[0] === 0x7b && bytes.length > 2;
  return broken(!mustBeObject || isFilledObject, `${what} aren't an object with a member`, offset);
}

/** A revision whose content of 32 bytes or more an earlier revision has refers to it (mode 3), but for several blobs of a stream. */
function duplicateRules(history: History): BrokenRule[] {
  const seen = new Map<string, number>();
  return history.records.flatMap(({ kind, place, number, packOffset }) => {
    const isStored = place.mode === 1 || place.mode === 2;
    if (kind !== RecordKind.revision || !isStored || place.contentBytes < MIN_DUPLICATE_BYTES) return [];
    const key = toHex(hash(history.content(history.record(number)) ?? new Uint8Array(0)));
    const first = seen.get(key);
    seen.set(key, first ?? number);
    const mayRepeat = first === undefined || (place.mode === 2 && place.blobs.length > 1);
    return broken(mayRepeat, `record ${number} stores content that record ${first} has already`, packOffset);
  });
}

/** A commit without a segment list has little in the tail; in a list no merge is left to be done. */
function segmentRules(history: History): BrokenRule[] {
  return history.commits.flatMap(({ body, frame }) => {
    const listMissing = !body.segments && isSegmentListDue(history, body.sequence);
    const mergeLeft = segmentsToMerge((body.segments ?? []).map(({ dataBytes }) => dataBytes)) > 0;
    return [
      ...broken(!listMissing, `a segment list is due in commit ${body.sequence}`, frame.offset),
      ...broken(!mergeLeft, `a merge of segments is due in commit ${body.sequence}`, frame.offset),
    ];
  });
}
