import { WRONG_STATE } from "../status";

/**
 * The URI of a record, which only the layer above can tell: it registers how. Hits need theirs, and ties are decided by them.
 */

/** Of the record that was asked for last: address and length of its URI, valid until the next. */
export let recordUri: usize = 0;
export let recordUriLength: u32 = 0;

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
  return loader(record);
}
