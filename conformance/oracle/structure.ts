import { toHex } from "./bytes.js";
import type { OpenCapsule } from "./capsule.js";
import { COUNTER_NAMES, type CommitBody, parseCommitBody } from "./commit.js";
import { describeSection } from "./describe.js";
import { parseDirectory, SectionTag, type SegmentDirectory } from "./directory.js";
import { attempt } from "./failure.js";
import type { History } from "./history.js";
import { type Frame, FrameKind, findMark, frameBody, hasMarkMagic, type Item, type Mark, parseFrame } from "./items.js";
import { type PackedRecord, parsePack, RecordKind } from "./pack.js";
import { readSegmentData } from "./segment.js";
import { sectionOf } from "./segment-check.js";
import { parseSignature } from "./signatures.js";
import { parseSuperblock, rootZero, SUPERBLOCK_BYTES } from "./superblock.js";

const FRAME_NAMES = nameByNumber(FrameKind);
const RECORD_NAMES = nameByNumber(RecordKind);
const MARK_NAMES = ["", "trailer", "anchor", "note"];
const MODES = ["none", "inline", "blobs", "as in record"];

/** The structure of a file from its first byte to its last, a line an item or record: for people, so nothing is promised of its form. */
export function describeStructure(file: Uint8Array): string[] {
  const superblock = attempt(() => parseSuperblock(file));
  if ("failure" in superblock) return [`superblock: ${superblock.failure.message}`];
  const { capsuleId, workspaceId, analyzerId, minorVersion } = superblock.value;
  const root0 = rootZero(file);
  const lines = [
    `0 superblock 1.${minorVersion}, capsule ${toHex(capsuleId)}, workspace ${workspaceId}, analyzer ${analyzerId}`,
  ];
  for (let at = SUPERBLOCK_BYTES; at < file.length; ) {
    const item = readItem(file, at, root0);
    const end = item?.end ?? skipUnreadable(file, at, root0);
    lines.push(...(item ? describeItem(item) : [`${at} ${end - at} bytes that are no item`]));
    at = end;
  }
  return lines;
}

function nameByNumber(kinds: Readonly<Record<string, number>>): string[] {
  const names: string[] = [];
  for (const [name, number] of Object.entries(kinds)) names[number] = name;
  return names;
}

function readItem(file: Uint8Array, at: number, root0: Uint8Array): Item | undefined {
  const outcome = attempt(() => (hasMarkMagic(file, at) ? findMark(file, at, root0) : parseFrame(file, at)));
  return "value" in outcome ? outcome.value : undefined;
}

/** Where the next item begins that can be read; the file's end if there is none. */
function skipUnreadable(file: Uint8Array, start: number, root0: Uint8Array): number {
  for (let at = start + 8; at < file.length; at += 8) if (readItem(file, at, root0)) return at;
  return file.length;
}

function describeItem(item: Item): string[] {
  return item.type === "mark" ? [describeMark(item)] : describeFrame(item);
}

function describeMark(mark: Mark): string {
  return `${mark.offset} ${MARK_NAMES[mark.kind]}, names the commit at ${mark.commitOffset}`;
}

function describeFrame(frame: Frame): string[] {
  const { offset, kind, stored, decodedBytes, mask, codec } = frame;
  const packed = `${codec === 0 ? "" : `, decoded ${decodedBytes}`}${mask === 0 ? "" : `, mask ${mask.toString(16)}`}`;
  const head = `${offset} ${FRAME_NAMES[kind] ?? `kind ${kind}`}, body ${stored.length} bytes${packed}, hash ${toHex(frame.hash).slice(0, 16)}`;
  const details = attempt(() => describeBody(frame));
  return [
    head,
    ...("value" in details ? details.value : [`damaged: ${details.failure.message}`]).map((line) => `    ${line}`),
  ];
}

function describeBody(frame: Frame): string[] {
  if (frame.kind === FrameKind.commit) return describeCommit(parseCommitBody(frameBody(frame), frame.offset));
  if (frame.kind === FrameKind.signatures) {
    const { sequence, root, end, publicKey } = parseSignature(frame);
    return [`of commit ${sequence}, which ends at ${end}, root ${toHex(root)}, by key ${toHex(publicKey)}`];
  }
  if (frame.kind !== FrameKind.pack) return [];
  const pack = parsePack(frameBody(frame), frame.offset);
  const dictionary = pack.dictionary ? `, dictionary at ${pack.dictionary.offset}` : "";
  return [
    `branch ${pack.branch}, sequence ${pack.sequence}, time base ${pack.timeBaseMs}${dictionary}`,
    ...pack.records.map(describeRecord),
  ];
}

function describeCommit(body: CommitBody): string[] {
  const counters = COUNTER_NAMES.map((name) => `${name} ${body.counters[name]}`).join(", ");
  return [
    `sequence ${body.sequence} at ${body.committedAtMs}, batch from ${body.batchStart}, previous commit at ${body.previousOffset}`,
    `${body.recordCount} records; ${counters}`,
    `${body.branchCount} branches besides main`,
    ...body.deadRanges.map(({ start, end }) => `dead range ${start} to ${end}`),
    ...body.tailPacks.map(({ offset }) => `tail pack at ${offset}`),
    ...(body.segments ?? []).map(
      (segment) =>
        `segment at ${segment.firstExtentOffset}: ${segment.dataBytes} bytes over ${segment.recordCount} records from ${segment.firstRecord} on`,
    ),
  ];
}

function describeRecord(record: PackedRecord): string {
  const { number, kind, isDocument, uri, place, payload, payloadCodec, titleBytes, attributesBytes, tag } = record;
  const source =
    place.mode === 3
      ? ` ${place.source}`
      : place.mode === 2
        ? ` at ${place.blobs.map(({ offset }) => offset).join(", ")}`
        : "";
  const content = `content ${MODES[place.mode]}${source}, ${place.contentBytes} bytes`;
  const kindName = `${RECORD_NAMES[kind]}${tag === 0 ? "" : ` of type ${tag}`}${isDocument ? " (document)" : ""}`;
  return `record ${number} ${kindName} ${uri}: title ${titleBytes}, attributes ${attributesBytes}, ${content}; payload ${payload.length} bytes, codec ${payloadCodec}`;
}

/** Every entry of every section of the head's live segments, as text. */
export function describeSegments(capsule: OpenCapsule, history: History): string[] {
  const base = history.commits.findLast(({ body }) => body.segments);
  if (!base) return [];
  return (base.body.segments ?? []).flatMap((segment) => {
    const { file, root0 } = capsule;
    const directory = attempt(() =>
      parseDirectory(readSegmentData(file, root0, history.frames, segment, base.frame.offset)),
    );
    const head = `segment over the records from ${segment.firstRecord} on`;
    if ("failure" in directory) return [`${head}: ${directory.failure.message}`];
    return [`${head}: ${JSON.stringify(directory.value.totals)}`, ...describeSections(directory.value)];
  });
}

function describeSections(directory: SegmentDirectory): string[] {
  const postings = sectionOf(directory, SectionTag.postings)?.bytes ?? new Uint8Array(0);
  return directory.sections.flatMap((section) => {
    const lines = attempt(() => describeSection[section.tag]?.(section, postings) ?? ["unknown section"]);
    const entries = "value" in lines ? lines.value : [`damaged: ${lines.failure.message}`];
    return [`    section ${section.tag}, ${section.bytes.length} bytes`, ...entries.map((entry) => `        ${entry}`)];
  });
}
