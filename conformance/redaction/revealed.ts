/** Everything that can be read in a capsule's file: its bytes as they lie there, and all that the independent reader decodes of them. */

import { describeSection } from "../oracle/describe.js";
import { parseDirectory, SectionTag } from "../oracle/directory.js";
import type { History } from "../oracle/history.js";
import { FrameKind, frameBody } from "../oracle/items.js";
import { readSegmentData } from "../oracle/segment.js";
import { sectionOf } from "../oracle/segment-check.js";
import { verifyCapsule } from "../oracle/verify.js";

/** A byte a character: what isn't ASCII is of no secret of the corpus. */
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** The texts of a sound capsule: frames, dictionaries, records of all revisions with their contents, and every entry of every segment. */
export function revealedTexts(file: Uint8Array): string[] {
  const { findings, capsule, history } = verifyCapsule(file);
  const faults = findings.filter(({ level }) => level !== "notice");
  if (capsule === undefined || history === undefined || faults.length > 0)
    throw new Error(`The capsule isn't sound: ${JSON.stringify(faults)}`);
  const texts = [latin1(file)];
  for (const frame of history.frames.values()) texts.push(latin1(frameBody(frame)));
  for (const record of history.records) {
    const content = history.content(record) ?? new Uint8Array(0);
    texts.push(record.uri, ...[record.title, record.attributes, content].map(latin1));
  }
  return [...texts, ...segmentTexts(file, capsule.root0, history)];
}

/** How many frames of each kind a capsule has: for the test that there is something to be searched. */
export function frameCounts(file: Uint8Array): Readonly<Record<keyof typeof FrameKind, number>> {
  const frames = [...(verifyCapsule(file).history?.frames.values() ?? [])];
  const counts = Object.entries(FrameKind).map(([name, kind]) => [
    name,
    frames.filter((each) => each.kind === kind).length,
  ]);
  return Object.fromEntries(counts);
}

function segmentTexts(file: Uint8Array, root0: Uint8Array, history: History): string[] {
  const texts: string[] = [];
  for (const { body, frame } of history.commits) {
    for (const segment of body.segments ?? []) {
      const data = readSegmentData(file, root0, history.frames, segment, frame.offset);
      const directory = parseDirectory(data);
      const postings = sectionOf(directory, SectionTag.postings)?.bytes ?? new Uint8Array(0);
      texts.push(latin1(data));
      for (const section of directory.sections)
        texts.push(...(describeSection[section.tag]?.(section, postings) ?? []));
    }
  }
  return texts;
}
