import { Record } from "../format/record";
import { giveRecordUri, setRecordUriLoader } from "../search/record-uri";
import { searchRun } from "../search/search";
import { OK } from "../status";
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
