import { Cause, fail } from "../failure";
import { Counter } from "../format/commit";
import { ContentMode, promotionTag, Record, RecordKind } from "../format/record";
import { addToCounter } from "../log/head";
import { addRecord, draft, storedPayloadLength } from "../log/pack-writer";
import { isPoisoned } from "../log/source";
import { memtableAddRecord, memtableIsFull } from "../segment/memtable";
import { INVALID_ARGUMENT, LIMIT_EXCEEDED, OK, POISONED, WRONG_STATE } from "../status";
import { countRecord, nextRecord, nextSequence, openBatch, preparePack } from "./batch";
import { setBranchLineage } from "./branches";
import { isStreaming } from "./content-writer";
import { cutSegment } from "./cut";
import { noteHidden, noteShown } from "./index-record";
import { setLineage } from "./lineage";
import { loadRecord } from "./records";
import { branchHasVersion, findVersion, versionRecord } from "./versions";

/** Promoting a record: a merge shows it on another branch, under its URI, without copying or indexing anything (docs/format.md part 6). */

const source: Record = Record.create();
const promotion: Record = Record.create();

/** Number of the record that `promoteRecord` promoted last: of what a promotion stands for. */
export let promotedNumber: u32 = 0;

/**
 * Promotes record `number`, or what it promotes itself, to `branch`; a dry run only looks. 1 if it is there already or shows there, 0 if it was promoted now
 * (or would be), or a status.
 */
export function promoteRecord(number: u32, branch: u32, at: u64, isDry: bool): i32 {
  if (isPoisoned()) return POISONED;
  if (isStreaming) return WRONG_STATE;
  let status = isDry ? OK : openBatch();
  if (status == OK) status = loadPromotable(number);
  if (status != OK) return status;
  setLineage(branch, nextSequence());
  let has = branchHasVersion(source.uri, source.uriLength, promotedNumber);
  if (has == 0) has = isShown(branch);
  if (has != 0 || isDry) return has;
  const own = nextRecord();
  if (own == u32.MAX_VALUE) return fail(LIMIT_EXCEEDED, Cause.RECORD_COUNT, 0);
  status = preparePack(branch, at);
  if (status == OK) status = noteChange(branch, own);
  return status == OK ? write(branch, at) : status;
}

/** Loads the record that is to be promoted in `source`; numbers its record in `promotedNumber`. */
function loadPromotable(number: u32): i32 {
  let status = loadRecord(source, number);
  if (status == OK && source.kind == RecordKind.PROMOTION) status = loadRecord(source, source.sameAs);
  if (status != OK) return status;
  promotedNumber = source.number;
  return source.kind <= RecordKind.CHECKPOINT ? OK : INVALID_ARGUMENT;
}

/** Whether the branch shows the record already, as one that it has from its parents: 1, 0 or a status. */
function isShown(branch: u32): i32 {
  const status = setBranchLineage(branch, nextSequence());
  if (status != OK) return status;
  const found = findVersion(source.uri, source.uriLength);
  return found == 1 && versionRecord != promotedNumber ? 0 : found;
}

/** Notes what the promotion, record `own` of the branch, hides and shows. */
function noteChange(branch: u32, own: u32): i32 {
  const lined = setBranchLineage(branch, nextSequence());
  if (lined != OK) return lined;
  const found = findVersion(source.uri, source.uriLength);
  if (found < 0) return found;
  if (found == 1) {
    const status = noteHidden(branch, own);
    if (status != OK) return status;
  }
  promotion.sameAs = promotedNumber;
  promotion.branch = branch;
  promotion.number = own;
  return noteShown(promotion);
}

function write(branch: u32, at: u64): i32 {
  const tag = promotionTag(source.kind, source.tag);
  draft.kind = RecordKind.PROMOTION;
  draft.tag = tag;
  draft.uri = source.uri;
  draft.uriLength = source.uriLength;
  draft.at = at;
  draft.titleLength = 0;
  draft.attributesLength = 0;
  draft.contentMode = ContentMode.SAME_AS;
  draft.contentLength = source.contentLength;
  draft.sameAs = promotedNumber;
  draft.blobsLength = 0;
  draft.payload = source.uri;
  draft.payloadLength = 0;
  const status = addRecord();
  if (status != OK) return status;
  const sequence = nextSequence();
  const uri = source.uri;
  const ordinal = memtableAddRecord(
    uri,
    source.uriLength,
    RecordKind.PROMOTION,
    tag,
    branch,
    sequence,
    0,
    promotedNumber,
  );
  if (ordinal < 0) return ordinal;
  countRecord();
  addToCounter(Counter.BYTES_PUT, source.contentLength);
  addToCounter(Counter.BYTES_REPEATED, source.contentLength);
  addToCounter(Counter.BYTES_STORED, storedPayloadLength);
  return memtableIsFull() ? cutSegment() : OK;
}
