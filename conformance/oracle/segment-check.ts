import { buildSegmentData } from "./builder.js";
import type { SegmentReference } from "./commit.js";
import { describeSection } from "./describe.js";
import { parseDirectory, type Section, SectionTag, type SegmentDirectory } from "./directory.js";
import { attempt, CapsuleFailure, demand } from "./failure.js";
import type { Tokenize } from "./fields.js";
import { mayHold } from "./filter.js";
import type { History } from "./history.js";
import { readTable } from "./table.js";

/**
 * Compares a segment's data with what the records say: every section is decoded and compared entry by entry, then all bytes.
 * Returns a failure for each section that differs, naming the first entry. Throws `corrupt` where the directory can't be read.
 */
export function checkSegment(
  history: History,
  segment: SegmentReference,
  data: Uint8Array,
  tokenize: Tokenize,
): CapsuleFailure[] {
  const { firstRecord, recordCount } = segment;
  const found = parseDirectory(data);
  const same = found.totals.firstRecord === firstRecord && found.totals.recordCount === recordCount;
  demand(same, "a segment says that it covers other records than the segment list says", segment.firstExtentOffset);
  const wantedData = buildSegmentData(history, firstRecord, recordCount, tokenize);
  const wanted = parseDirectory(wantedData);
  const what = `segment over the records ${firstRecord} to ${firstRecord + recordCount - 1}`;
  const outcomes = [
    attempt(() => compareTotals(found, wanted, what)),
    ...Object.values(SectionTag).map((tag) => attempt(() => compareSection(tag, found, wanted, what))),
    attempt(() => checkFilter(found, what)),
  ];
  const failures = outcomes.flatMap((outcome) => ("failure" in outcome ? [outcome.failure] : []));
  const at = firstDifference(data, wantedData);
  if (failures.length > 0 || at < 0) return failures;
  return [new CapsuleFailure("corrupt", `${what} differs from its canonical form at byte ${at}`)];
}

function compareTotals(found: SegmentDirectory, wanted: SegmentDirectory, what: string): void {
  const [foundTotals, wantedTotals] = [JSON.stringify(found.totals), JSON.stringify(wanted.totals)];
  demand(foundTotals === wantedTotals, `${what} has the totals ${foundTotals} instead of ${wantedTotals}`);
}

function compareSection(tag: number, found: SegmentDirectory, wanted: SegmentDirectory, what: string): void {
  const [foundSection, wantedSection] = [sectionOf(found, tag), sectionOf(wanted, tag)];
  demand(
    (foundSection === undefined) === (wantedSection === undefined),
    `${what}: section ${tag} is ${foundSection ? "there" : "missing"}`,
  );
  if (!foundSection || !wantedSection) return;
  const [foundLines, wantedLines] = [describe(foundSection, found), describe(wantedSection, wanted)];
  for (let i = 0; i < Math.max(foundLines.length, wantedLines.length); i++) {
    const [is, shouldBe] = [foundLines[i] ?? "nothing", wantedLines[i] ?? "nothing"];
    demand(is === shouldBe, `${what}: entry ${i} of section ${tag} is "${is}" instead of "${shouldBe}"`);
  }
  const at = firstDifference(foundSection.bytes, wantedSection.bytes);
  demand(at < 0, `${what}: section ${tag} says the right thing in another form, from byte ${at} on`);
}

function describe(section: Section, directory: SegmentDirectory): string[] {
  const postings = sectionOf(directory, SectionTag.postings)?.bytes ?? new Uint8Array(0);
  return describeSection[section.tag]?.(section, postings) ?? [];
}

export function sectionOf(directory: SegmentDirectory, tag: number): Section | undefined {
  return directory.sections.find((section) => section.tag === tag);
}

/** No key of the URI table may be missing from the filter. */
function checkFilter(directory: SegmentDirectory, what: string): void {
  const uris = sectionOf(directory, SectionTag.uris);
  const filter = sectionOf(directory, SectionTag.uriFilter);
  if (!uris || !filter) return;
  for (const { key } of readTable(uris)) demand(mayHold(filter.bytes, key), `${what}: the filter lacks a URI`);
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i;
  return -1;
}
