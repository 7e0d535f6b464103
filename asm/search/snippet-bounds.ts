/**
 * Where a snippet may begin and end: at the start of a line or sentence if one is near, else between words, never inside a character.
 */

const SPACE: u32 = 32;
const NEWLINE: u32 = 10;
/** Of the room before a snippet's first match, the part that is used when no line or sentence starts there. */
const CONTEXT_PARTS: u32 = 3;

function isSpace(byte: u32): bool {
  return byte <= SPACE;
}

/** Full stop, exclamation or question mark. */
function endsSentence(byte: u32): bool {
  return byte == 0x2e || byte == 0x21 || byte == 0x3f;
}

/** Whether the byte continues a UTF-8 sequence. */
function continues(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}

/** Whether a line or a sentence starts at `at` of the text: behind a newline, a full stop and a space, or an ideographic full stop. */
function startsSentence(text: usize, at: u32): bool {
  if (at == 0) return true;
  const before = <u32>load<u8>(text + at - 1);
  if (before == NEWLINE) return true;
  if (isSpace(before)) return at >= 2 && endsSentence(<u32>load<u8>(text + at - 2));
  // U+3002, the bytes E3 80 82.
  return at >= 3 && before == 0x82 && load<u8>(text + at - 2) == 0x80 && load<u8>(text + at - 3) == 0xe3;
}

/** Where a snippet begins that shall hold what is at `match`, and may begin up to `room` bytes before. */
export function snippetStart(text: usize, match: u32, room: u32): u32 {
  const earliest = match - min<u32>(room, match);
  let at = match;
  while (at > earliest && !startsSentence(text, at)) at--;
  if (startsSentence(text, at)) return skipSpace(text, at, match);
  at = match - min<u32>(room / CONTEXT_PARTS, match);
  for (let i = at; i < match; i++) if (isSpace(<u32>load<u8>(text + i))) return skipSpace(text, i, match);
  while (at < match && continues(<u32>load<u8>(text + at))) at++;
  return at;
}

function skipSpace(text: usize, at: u32, end: u32): u32 {
  while (at < end && isSpace(<u32>load<u8>(text + at))) at++;
  return at;
}

/** Where a snippet ends that shall hold what is before `least`, and must end at `most`, which is no less, at the latest. */
export function snippetEnd(text: usize, length: u32, start: u32, least: u32, most: u32): u32 {
  if (most >= length) return trimSpace(text, start, wholeCharacters(text, start, length));
  // A line or a sentence that ends early would waste the room.
  const middle = max<u32>(least, start + ((most - start) >> 1));
  for (let at = most; at > middle; at--) if (startsSentence(text, at)) return trimSpace(text, start, at);
  for (let at = most; at >= least && at > start; at--)
    if (isSpace(<u32>load<u8>(text + at))) return trimSpace(text, start, at);
  let end = most;
  while (end > least && continues(<u32>load<u8>(text + end))) end--;
  return end;
}

function trimSpace(text: usize, start: u32, end: u32): u32 {
  while (end > start && isSpace(<u32>load<u8>(text + end - 1))) end--;
  return end;
}

/** The end of a text, before a last character of which bytes are missing: the text may be the beginning of a longer one. */
function wholeCharacters(text: usize, start: u32, end: u32): u32 {
  let lead = end;
  while (lead > start && end - lead < 3 && continues(<u32>load<u8>(text + lead - 1))) lead--;
  if (lead == start) return end;
  const first = <u32>load<u8>(text + lead - 1);
  if (first < 0xc0) return end;
  const bytes: u32 = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return end - lead + 1 < bytes ? lead - 1 : end;
}
