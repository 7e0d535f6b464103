import { ByteReader } from "./bytes.js";

const MIN_MATCH_BYTES = 4;

/**
 * Decodes an LZ4 block (lz4_Block_format.md of the LZ4 project) whose matches may reach into a dictionary that is put before it.
 * The block has to decode to exactly `decodedBytes`. Throws `corrupt`, naming `what`.
 */
export function decodeLz4Block(
  block: Uint8Array,
  decodedBytes: number,
  dictionary: Uint8Array,
  what: string,
): Uint8Array {
  const reader = new ByteReader(block, `LZ4 block (${what})`);
  const window = new Uint8Array(dictionary.length + decodedBytes);
  window.set(dictionary);
  let at = dictionary.length;
  for (;;) {
    const token = reader.u8();
    const literals = reader.take(readLength(reader, token >> 4));
    if (literals.length > window.length - at) reader.fail("decodes to more than it should");
    window.set(literals, at);
    at += literals.length;
    // A block ends with literals: only there may the input be used up.
    if (reader.left === 0) break;
    const distance = reader.u16();
    const matchBytes = readLength(reader, token & 15) + MIN_MATCH_BYTES;
    if (distance === 0 || distance > at) reader.fail(`has a match at distance ${distance} with ${at} bytes before it`);
    if (matchBytes > window.length - at) reader.fail("decodes to more than it should");
    // Byte by byte: a match may overlap what it makes.
    for (const end = at + matchBytes; at < end; at++) window[at] = window[at - distance] ?? 0;
  }
  if (at !== window.length) reader.fail(`decodes to ${at - dictionary.length} bytes instead of ${decodedBytes}`);
  return window.slice(dictionary.length);
}

/** A length: the token's four bits, and if they are 15 then bytes are added up to the first that isn't 255. */
function readLength(reader: ByteReader, nibble: number): number {
  let length = nibble;
  if (nibble < 15) return length;
  for (;;) {
    const byte = reader.u8();
    length += byte;
    if (byte < 255) return length;
  }
}
