import { takeChunk } from "../memory/chunks";
import { OK, WRONG_STATE } from "../status";

/**
 * The URI of a record, which only the layer above can tell: it registers how. Hits need theirs, and ties are decided by them. As a URI
 * costs reading and checking the pack that holds the record, some of those asked for last are kept.
 */

/** Of the record that was asked for last: address and length of its URI, valid until the next. */
export let recordUri: usize = 0;
export let recordUriLength: u32 = 0;

/** Kept URIs, each in the one place that its record's number gives: u32 record + 1 (0: none), u32 length, the URI if it isn't longer. */
const KEPT_BITS: u32 = 12;
const KEPT_BYTES: usize = 128;
/** Bytes of them all, as a power of two. */
const CHUNK_BITS: i32 = 19;
const MAX_KEPT_URI_BYTES: u32 = 120;
let kept: usize = 0;

function noLoader(record: u32): i32 {
  return WRONG_STATE;
}

let loader: (record: u32) => i32 = noLoader;

/** Registers the function that finds the URI of a record and hands it over with `giveRecordUri`. It answers OK or a status. */
export function setRecordUriLoader(load: (record: u32) => i32): void {
  loader = load;
}

/** To be called by the registered function. */
export function giveRecordUri(uri: usize, length: u32): void {
  recordUri = uri;
  recordUriLength = length;
}

/** Finds the URI of a record, in `recordUri`. OK or a status. */
export function loadRecordUri(record: u32): i32 {
  if (kept == 0 && !takeKept()) return loader(record);
  const place = kept + <usize>((record * 0x9e3779b1) >>> (32 - KEPT_BITS)) * KEPT_BYTES;
  if (load<u32>(place) == record + 1) {
    recordUri = place + 8;
    recordUriLength = load<u32>(place, 4);
    return OK;
  }
  const status = loader(record);
  if (status == OK && recordUriLength <= MAX_KEPT_URI_BYTES) {
    store<u32>(place, record + 1);
    store<u32>(place, recordUriLength, 4);
    memory.copy(place + 8, recordUri, recordUriLength);
  }
  return status;
}

/** Without memory for it nothing is kept. */
function takeKept(): bool {
  kept = takeChunk(CHUNK_BITS);
  forgetRecordUris();
  return kept != 0;
}

/** Forgets the URIs that were kept: when another capsule is opened, or records were taken back. */
export function forgetRecordUris(): void {
  if (kept != 0) memory.fill(kept, 0, (<usize>1) << CHUNK_BITS);
}
