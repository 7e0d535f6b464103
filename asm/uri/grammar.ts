import { validUtf8 } from "../bytes/utf8";
import { Cause, failNumbers } from "../failure";
import { MAX_URI_BYTES } from "../format/record";
import { INVALID_URI, OK } from "../status";

/**
 * What the format demands of a URI (docs/format.md part 11): the scheme, no empty or dotted component, no control characters. Which
 * components a URI has is the SDK's concern.
 */

const SCHEME_BYTES: u32 = 6;
/** "mv2://" as a little-endian number of 48 bits. */
const SCHEME: u64 = 0x2f2f3a32766d;

/** OK, or INVALID_URI with the byte offset in the URI as the failure's offset. */
export function checkUri(uri: usize, length: u32): i32 {
  if (length > MAX_URI_BYTES || length <= SCHEME_BYTES) {
    return failNumbers(INVALID_URI, Cause.URI_LENGTH, 0, MAX_URI_BYTES, length);
  }
  if (<u64>load<u32>(uri) + ((<u64>load<u16>(uri, 4)) << 32) != SCHEME)
    return failNumbers(INVALID_URI, Cause.URI_SCHEME, 0, 0, 0);
  if (!validUtf8(uri, length)) return failNumbers(INVALID_URI, Cause.URI_CHARACTER, 0, 0, 0);
  let componentStart = SCHEME_BYTES;
  for (let at = SCHEME_BYTES; at < length; at++) {
    const byte = load<u8>(uri + at);
    if (byte == 0x2f) {
      if (!componentIsAllowed(uri, componentStart, at))
        return failNumbers(INVALID_URI, Cause.URI_COMPONENT, componentStart, 0, 0);
      componentStart = at + 1;
    } else if (byte < 0x20 || byte == 0x7f || startsControl(uri + at, length - at)) {
      return failNumbers(INVALID_URI, Cause.URI_CHARACTER, at, 0, 0);
    }
  }
  if (!componentIsAllowed(uri, componentStart, length))
    return failNumbers(INVALID_URI, Cause.URI_COMPONENT, componentStart, 0, 0);
  return OK;
}

function componentIsAllowed(uri: usize, start: u32, end: u32): bool {
  const length = end - start;
  if (length == 0) return false;
  if (load<u8>(uri + start) != 0x2e) return true;
  return length > 2 || (length == 2 && load<u8>(uri + start + 1) != 0x2e);
}

/** U+0080 to U+009F (C2 80–9F), U+2028 and U+2029 (E2 80 A8–A9). The text is known to be UTF-8. */
function startsControl(at: usize, left: u32): bool {
  const byte = load<u8>(at);
  if (byte == 0xc2) return left > 1 && load<u8>(at, 1) < 0xa0;
  if (byte != 0xe2 || left < 3 || load<u8>(at, 1) != 0x80) return false;
  const last = load<u8>(at, 2);
  return last == 0xa8 || last == 0xa9;
}
