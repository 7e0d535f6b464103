import type { History, StoredRecord } from "./history.js";
import { RecordKind } from "./pack.js";
import { lineage, newestVersion, shownRecord, type View } from "./view.js";

/** An entry of section 6: on `branch`, from the record `cause` on, a document shows (sign 1) or no longer shows (sign 0). */
export interface Exception {
  readonly document: number;
  readonly branch: number;
  readonly cause: number;
  readonly sign: 0 | 1;
}

/** The exceptions that the records from `firstRecord` on made, sorted as section 6 wants them. */
export function exceptionsOf(history: History, firstRecord: number, recordCount: number): Exception[] {
  const causes = history.records.slice(firstRecord, firstRecord + recordCount);
  return causes.flatMap((cause) => exceptionsOfRecord(history, cause)).sort(compareExceptions);
}

function exceptionsOfRecord(history: History, cause: StoredRecord): Exception[] {
  const { branch, number } = cause;
  const exceptions: Exception[] = [];
  const promoted = cause.kind === RecordKind.promotion ? shownRecord(history, cause) : undefined;
  const hidden = documentShownBefore(history, cause);
  if (hidden && hidden !== promoted) exceptions.push({ document: hidden.number, branch, cause: number, sign: 0 });
  if (promoted?.isDocument) exceptions.push({ document: promoted.number, branch, cause: number, sign: 1 });
  return exceptions;
}

/** The document that the cause's URI itself (no alias followed) showed in its view just before it. */
function documentShownBefore(history: History, cause: StoredRecord): StoredRecord | undefined {
  const { branch, sequence, uri, number } = cause;
  const before = newestVersion(history, { branch, sequence }, uri, number);
  const shown = before && shownRecord(history, before);
  return shown?.isDocument ? shown : undefined;
}

function compareExceptions(a: Exception, b: Exception): number {
  return a.document - b.document || a.cause - b.cause || a.sign - b.sign;
}

/** The documents of a view found the second way of part 9: by where they were written and by their exceptions, URIs not looked at. */
export function documentsByExceptions(history: History, view: View, exceptions: readonly Exception[]): StoredRecord[] {
  const limits = new Map(lineage(history, view).map(({ branch, sequence }) => [branch, sequence]));
  const within = (record: StoredRecord) => record.sequence <= (limits.get(record.branch) ?? -1);
  const deciding = new Map<number, Exception>();
  for (const exception of exceptions) {
    const greatest = deciding.get(exception.document)?.cause ?? -1;
    if (within(history.record(exception.cause)) && exception.cause >= greatest)
      deciding.set(exception.document, exception);
  }
  return history.records.filter((record) => {
    const exception = deciding.get(record.number);
    return record.isDocument && (exception ? exception.sign === 1 : within(record));
  });
}
