const BLOCK_BYTES = 64;
const BLOCK_BITS = 512n;
const BITS_PER_KEY = 10;
const PROBES = 6n;
const MASK64 = (1n << 64n) - 1n;

/** FNV-1a with 64 bits (Fowler, Noll, Vo; RFC 9923). */
export function fnv1a64(key: Uint8Array): bigint {
  let h = 14695981039346656037n;
  for (const byte of key) h = ((h ^ BigInt(byte)) * 1099511628211n) & MASK64;
  return h;
}

/** hash64 of part 7.3: FNV-1a, then a mixing step. */
export function hash64(key: Uint8Array): bigint {
  let h = fnv1a64(key);
  h ^= h >> 32n;
  h = (h * 0x9e3779b97f4a7c15n) & MASK64;
  return h ^ (h >> 29n);
}

/** Bit numbers, counted from the filter's start, that stand for a key in a filter of `blocks` blocks. */
function bitsOf(key: Uint8Array, blocks: number): number[] {
  const h = hash64(key);
  const block = ((h >> 32n) * BigInt(blocks)) >> 32n;
  const a = h % BLOCK_BITS;
  const b = ((h >> 9n) % BLOCK_BITS) | 1n;
  const bits: number[] = [];
  for (let i = 0n; i < PROBES; i++) bits.push(Number(block * BLOCK_BITS + ((a + i * b) % BLOCK_BITS)));
  return bits;
}

/** Builds the filter over a set of keys (part 7.3). */
export function buildFilter(keys: readonly Uint8Array[]): Uint8Array {
  const blocks = Math.ceil((BITS_PER_KEY * keys.length) / Number(BLOCK_BITS));
  const filter = new Uint8Array(blocks * BLOCK_BYTES);
  for (const key of keys) {
    for (const bit of bitsOf(key, blocks)) {
      const at = Math.floor(bit / 8);
      filter[at] = (filter[at] ?? 0) | (1 << (bit % 8));
    }
  }
  return filter;
}

/** False if the key is certainly not among those that the filter was built over. */
export function mayHold(filter: Uint8Array, key: Uint8Array): boolean {
  return bitsOf(key, filter.length / BLOCK_BYTES).every((bit) => ((filter[Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & 1);
}
