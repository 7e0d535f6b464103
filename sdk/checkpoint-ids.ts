/** Ids of checkpoints: 48 bits of time and 80 random bits in Crockford's base 32, as in ULID: they sort by time. */

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 10;
const RANDOM_BYTES = 10;
const MAX_TIME = 2 ** 48 - 1;

/**
 * A new id of 26 characters.
 *
 * @param isTaken whether an id is in use: then the next one is tried, so that ids differ even if the injected
 *   randomness repeats itself
 */
export function newCheckpointId(
  atMs: number,
  random: (count: number) => Uint8Array,
  isTaken: (id: string) => boolean,
): string {
  const bits = Uint8Array.from(random(RANDOM_BYTES));
  const time = Math.min(Math.max(0, Math.trunc(atMs)), MAX_TIME);
  for (;;) {
    const id = encodeTime(time) + encodeBits(bits);
    if (!isTaken(id)) return id;
    increment(bits);
  }
}

function encodeTime(time: number): string {
  let text = "";
  for (let rest = time, i = 0; i < TIME_DIGITS; i++) {
    text = DIGITS.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeBits(bytes: Uint8Array): string {
  let text = "";
  let buffered = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    buffered = (buffered << 8) | byte;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      text += DIGITS.charAt((buffered >> bitCount) & 31);
    }
    buffered &= (1 << bitCount) - 1;
  }
  return text;
}

function increment(bytes: Uint8Array): void {
  for (let i = bytes.length - 1; i >= 0; i--) {
    const byte = ((bytes[i] as number) + 1) & 255;
    bytes[i] = byte;
    if (byte !== 0) return;
  }
}
