import { equalBytes } from "../bytes/search";
import { Cause, fail } from "../failure";
import { MAX_URI_BYTES, Record } from "../format/record";
import { Buffer } from "../memory/buffer";
import { What } from "../segment/memtable-uris";
import { ALIAS_CYCLE, ALIAS_TOO_LONG, CORRUPT, NOT_FOUND, OK, OUT_OF_MEMORY } from "../status";
import { readContent } from "./content";
import { loadRecord, recordPack } from "./records";
import { findVersion, versionRecord, versionWhat } from "./versions";

/** Resolving a URI in the lineage that is set, through aliases: docs/format.md part 9. */

const MAX_ALIASES: u32 = 16;

/** The URIs that were gone through: u32 length and bytes each. */
const path: Buffer = Buffer.create();
/** Aliases that the last `resolveUri` followed. */
export let aliasesFollowed: u32 = 0;

/** Loads the record that a URI resolves to. NOT_FOUND when the view has none, or a removal. */
export function resolveUri(record: Record, uri: usize, length: u32): i32 {
  path.clear();
  aliasesFollowed = 0;
  let at = uri;
  let atLength = length;
  while (true) {
    const found = findVersion(at, atLength);
    if (found < 0) return found;
    if (found == 0 || versionWhat == What.REMOVAL) return NOT_FOUND;
    const what = versionWhat;
    const status = loadRecord(record, versionRecord);
    if (status != OK) return status;
    if (what != What.ALIAS) return OK;
    if (aliasesFollowed == MAX_ALIASES) return ALIAS_TOO_LONG;
    const next = follow(record, at, atLength);
    if (next != OK) return next;
    aliasesFollowed++;
    at = path.data + path.length - nextLength;
    atLength = nextLength;
  }
}

let nextLength: u32 = 0;

/** Puts the URI of the step at hand on the path, checks that the alias's target isn't on it, and puts the target behind it. */
function follow(record: Record, uri: usize, length: u32): i32 {
  const targetLength = <u32>record.contentLength;
  if (record.contentLength > MAX_URI_BYTES || targetLength == 0)
    return fail(CORRUPT, Cause.RECORD, recordPack.frameOffset);
  if (aliasesFollowed == 0 && (!appendNumber(length) || !path.append(uri, length))) return OUT_OF_MEMORY;
  if (!appendNumber(targetLength)) return OUT_OF_MEMORY;
  const target = path.extend(targetLength);
  if (target == 0) return OUT_OF_MEMORY;
  const status = readContent(record, 0, targetLength, target);
  if (status != OK) return status;
  nextLength = targetLength;
  return isOnPath(target, targetLength) ? ALIAS_CYCLE : OK;
}

function appendNumber(value: u32): bool {
  const place = path.extend(4);
  if (place == 0) return false;
  store<u32>(place, value);
  return true;
}

/** Whether the path holds a URI before its last one, which is at `uri`. */
function isOnPath(uri: usize, length: u32): bool {
  let at = path.data;
  while (at + 4 < uri) {
    const other = load<u32>(at);
    if (other == length && equalBytes(at + 4, uri, length)) return true;
    at += 4 + other;
  }
  return false;
}
