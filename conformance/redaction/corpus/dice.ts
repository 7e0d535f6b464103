/** Pseudo-random choices that are the same in every run, so that a recall can be pinned. */

export const DIGITS = "0123456789";
export const HEX = "0123456789abcdef";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const ALPHANUMERIC = UPPER + LOWER + DIGITS;
export const BASE64 = `${ALPHANUMERIC}+/`;
export const BASE64URL = `${ALPHANUMERIC}-_`;

export class Dice {
  private state: number;

  /** Each name is a stream of its own: a class that is added doesn't change what the others draw. */
  constructor(name: string) {
    // FNV-1a, 32 bits.
    let hash = 0x811c9dc5;
    for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
    this.state = hash | 1;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    // Marsaglia's xorshift32 (2003), with a multiplication to spread its low bits.
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (Math.imul(x, 0x9e3779b1) >>> 8) % limit;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** `length` characters of an alphabet. */
  text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join("");
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
