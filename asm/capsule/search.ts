import { Record } from "../format/record";
import { analyzerId } from "../format/superblock";
import { Buffer } from "../memory/buffer";
import { giveRecordUri, setRecordUriLoader } from "../search/record-uri";
import { searchRun } from "../search/search";
import { snippetRun } from "../search/snippet";
import { OK, OUT_OF_MEMORY } from "../status";
import { readContent } from "./content";
import { lineage, lineageLength } from "./lineage";
import { loadRecord } from "./records";
import { result } from "./results";
import { segmentCount, segmentsFrom } from "./segments";
import { completeTail } from "./tail";
import { setView } from "./view";

/** Searching a view of the capsule: what `search/` needs to know of it. */

const record: Record = Record.create();

function loadUri(number: u32): i32 {
  const status = loadRecord(record, number);
  if (status == OK) giveRecordUri(record.uri, record.uriLength);
  return status;
}

/** Ranks the documents of a view; the answer is appended to the result. */
export function searchView(query: usize, queryLength: u32, branch: i32, sequence: f64, limit: u32, flags: i32): i32 {
  let status = completeTail();
  if (status == OK) status = setView(branch, sequence);
  if (status != OK) return status;
  setRecordUriLoader(loadUri);
  return searchRun(query, queryLength, segmentsFrom(0), segmentCount, lineage, lineageLength, limit, flags, result);
}

/** A snippet is taken from so much of a content at most. */
const SNIPPET_TEXT_BYTES: u32 = 1 << 20;
const text: Buffer = Buffer.create();
/** The text's memory is kept up to this. */
const KEPT_TEXT_BYTES: usize = 1 << 16;

/** Appends the best snippet of a record's content to the result. */
export function snippetOf(number: u32, query: usize, queryLength: u32, maxBytes: u32): i32 {
  let status = loadRecord(record, number);
  if (status != OK) return status;
  const length = <u32>min<u64>(record.contentLength, SNIPPET_TEXT_BYTES);
  text.clear();
  const target = text.extend(<usize>length + 64);
  if (target == 0) return OUT_OF_MEMORY;
  status = readContent(record, 0, length, target);
  if (status == OK) status = snippetRun(target, length, analyzerId(), query, queryLength, 0, maxBytes, result);
  if (text.length > KEPT_TEXT_BYTES) text.release();
  return status;
}
