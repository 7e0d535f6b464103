import { compress, compressFour, hashTwoHorizontal, startChainingValue, startFour, storeFour } from "./blake3-kernel";

/**
 * BLAKE3, plain hashing with 32 bytes of output (https://github.com/BLAKE3-team/BLAKE3-specs).
 *
 * The input is a binary tree over chunks of 1 KiB whose left subtrees are complete. Subtrees of up to 64 chunks are
 * hashed at once, several chunks or parents to a kernel call; their chaining values wait on a stack, at most one for
 * each bit of the number of chunks, and are merged only when more input follows: the last merge is the root's, which
 * has a flag.
 *
 * State:
 *
 *   0     u64 chunks hashed        16    chunk being filled (1024)
 *   8     u32 stack depth          1040  stack of chaining values (56 * 32)
 *   12    u32 bytes in the chunk
 */
export const BLAKE3_STATE_BYTES: usize = 2832;

const CHUNKS_OFFSET: usize = 0;
const DEPTH_OFFSET: usize = 8;
const FILLED_OFFSET: usize = 12;
const CHUNK_OFFSET: usize = 16;
const STACK_OFFSET: usize = 1040;

const BLOCK_BYTES: usize = 64;
const CHUNK_BYTES: usize = 1024;
const CHUNK_BLOCKS: u32 = 16;
const MAX_SUBTREE_CHUNKS: u64 = 64;
/** So many chunks at the end, the last of them shorter, are hashed side by side; fewer than three one by one, which is faster. */
const LAST_CHUNKS: usize = 4;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;

/** State of the one-shot hash, of which only the counters and the stack are used. */
const ownState: usize = memory.data(2832, 16);
/** Chaining values of the subtree at hand. */
const subtree: usize = memory.data(2048, 16);
/** The last block of a chunk, padded with zeros. */
const lastBlock: usize = memory.data(64, 16);
/** Two chaining values side by side: a parent's block. */
const parentBlock: usize = memory.data(64, 16);
/** The chaining value at hand. */
const chainingValue: usize = memory.data(32, 16);
/** Chaining values of four inputs, as the vertical kernel has them. */
const four: usize = memory.data(128, 16);

let horizontal: bool = false;

/**
 * Selects the kernel for many chunks. JavaScriptCore spills in the vertical kernel and is twice as fast with the
 * horizontal one, V8 the other way round. Digests are the same.
 */
export function setHorizontalKernel(on: bool): void {
  horizontal = on;
}

function copy32(destination: usize, source: usize): void {
  v128.store(destination, v128.load(source));
  v128.store(destination, v128.load(source, 16), 16);
}

/** Chaining values of `count` inputs of `blocks` blocks each, `stride` bytes apart. `out` may be `source`. */
function hashMany(
  source: usize,
  count: u64,
  stride: usize,
  blocks: u32,
  counter: u64,
  counterStep: u64,
  flags: u32,
  firstFlags: u32,
  lastFlags: u32,
  out: usize,
): void {
  if (!horizontal) {
    const lengths = i32x4.splat(64);
    const last = i32x4.splat(lastFlags);
    for (; count >= 4; count -= 4) {
      const second = source + stride;
      const third = second + stride;
      startFour(four);
      compressFour(
        four,
        source,
        second,
        third,
        third + stride,
        blocks,
        counter,
        counterStep,
        lengths,
        flags,
        firstFlags,
        last,
      );
      storeFour(four, out);
      source += stride * 4;
      counter += counterStep * 4;
      out += 128;
    }
  }
  for (; count >= 2; count -= 2) {
    hashTwoHorizontal(source, stride, blocks, counter, counterStep, flags, firstFlags, lastFlags, out);
    source += stride * 2;
    counter += counterStep * 2;
    out += 64;
  }
  if (count != 0) {
    startChainingValue(chainingValue);
    compress(chainingValue, source, blocks, 64, counter, flags, firstFlags, lastFlags);
    copy32(out, chainingValue);
  }
}

/** Makes the 0 to 64 bytes at `source` the last block. */
function padLastBlock(source: usize, length: usize): void {
  memory.fill(lastBlock, 0, BLOCK_BYTES);
  memory.copy(lastBlock, source, length);
}

/** Hashes a chunk of 0 to 1024 bytes; `flags` is 0 or ROOT. */
function hashChunk(source: usize, length: usize, counter: u64, flags: u32, out: usize): void {
  startChainingValue(chainingValue);
  let firstFlags = CHUNK_START;
  let blocks: u32 = 0;
  if (length > BLOCK_BYTES) {
    blocks = <u32>((length - 1) >> 6);
    compress(chainingValue, source, blocks, 64, counter, 0, firstFlags, 0);
    firstFlags = 0;
  }
  let last = source + ((<usize>blocks) << 6);
  const lastLength = length - ((<usize>blocks) << 6);
  if (lastLength < BLOCK_BYTES) {
    padLastBlock(last, lastLength);
    last = lastBlock;
  }
  compress(chainingValue, last, 1, <u32>lastLength, counter, flags | CHUNK_END, firstFlags, 0);
  copy32(out, chainingValue);
}

/** The lanes of a vector whose lane `lane` is `value` and the others `rest`. */
function lanesWith(lane: usize, value: u32, rest: u32): v128 {
  const chosen = i32x4.eq(i32x4(0, 1, 2, 3), i32x4.splat(<i32>lane));
  return v128.bitselect(i32x4.splat(value), i32x4.splat(rest), chosen);
}

/**
 * Chaining values of the 3 or 4 chunks of the last `length` (2049 to 4096) bytes, of which the last chunk may be shorter,
 * to `out`. All are hashed at once: the lane without a chunk repeats the first, and what the shorter chunk's lane holds
 * once it has ended is not looked at.
 */
function hashLastChunks(source: usize, length: usize, counter: u64, out: usize): void {
  const lane = (length - 1) >> 10;
  const lastChunk = source + (lane << 10);
  const lastChunkLength = length - (lane << 10);
  const whole = (<u32>lastChunkLength - 1) >> 6;
  const at = (<usize>whole) << 6;
  padLastBlock(lastChunk + at, lastChunkLength - at);
  const full = i32x4.splat(64);
  const none = i32x4.splat(0);
  const second = source + CHUNK_BYTES;
  const third = second + CHUNK_BYTES;
  const fourth = lane == 3 ? third + CHUNK_BYTES : source;
  startFour(four);
  compressFour(four, source, second, third, fourth, whole, counter, 1, full, 0, CHUNK_START, none);
  // The shorter chunk's last block, beside one of the others.
  const end = i32x4.splat(whole == CHUNK_BLOCKS - 1 ? CHUNK_END : 0);
  compressFour(
    four,
    source + at,
    second + at,
    lane == 2 ? lastBlock : third + at,
    lane == 3 ? lastBlock : fourth + at,
    1,
    counter,
    1,
    lanesWith(lane, <u32>(lastChunkLength - at), 64),
    0,
    whole == 0 ? CHUNK_START : 0,
    v128.or(end, lanesWith(lane, CHUNK_END, 0)),
  );
  storeFour(four, out);
  if (whole == CHUNK_BLOCKS - 1) return;
  copy32(chainingValue, out + (lane << 5));
  const next = at + BLOCK_BYTES;
  // The ended lane reads where the first does: behind it memory may end.
  compressFour(
    four,
    source + next,
    second + next,
    lane == 2 ? source : third + next,
    lane == 3 ? source : fourth + next,
    CHUNK_BLOCKS - 1 - whole,
    counter,
    1,
    full,
    0,
    0,
    i32x4.splat(CHUNK_END),
  );
  storeFour(four, out);
  copy32(out + (lane << 5), chainingValue);
}

/** Chaining value of the parent of the two at `left` and `right`; `out` may be either. */
function hashParent(left: usize, right: usize, flags: u32, out: usize): void {
  copy32(parentBlock, left);
  copy32(parentBlock + 32, right);
  startChainingValue(chainingValue);
  compress(chainingValue, parentBlock, 1, 64, 0, PARENT | flags, 0, 0);
  copy32(out, chainingValue);
}

/** Merges the top of the stack until it holds one chaining value for each bit in the number of chunks before it. */
function mergeStack(state: usize, chunks: u64): void {
  let depth = load<u32>(state, DEPTH_OFFSET);
  const wanted = <u32>popcnt<u64>(chunks);
  for (; depth > wanted; depth--) {
    const right = state + STACK_OFFSET + ((<usize>depth - 1) << 5);
    hashParent(right - 32, right, 0, right - 32);
  }
  store<u32>(state, depth, DEPTH_OFFSET);
}

/** Pushes the chaining value of a subtree that begins after `chunks` chunks. */
function pushChainingValue(state: usize, value: usize, chunks: u64): void {
  mergeStack(state, chunks);
  const depth = load<u32>(state, DEPTH_OFFSET);
  copy32(state + STACK_OFFSET + ((<usize>depth) << 5), value);
  store<u32>(state, depth + 1, DEPTH_OFFSET);
}

/** The largest complete subtree, in chunks, that may begin after `chunks` chunks and lies within `length` bytes. */
function subtreeChunks(chunks: u64, length: usize): u64 {
  let size = min<u64>(<u64>(length >> 10), MAX_SUBTREE_CHUNKS);
  size = (<u64>1) << (63 - clz<u64>(size));
  while ((size - 1) & chunks) size >>= 1;
  return size;
}

/** Hashes complete subtrees while more than `most` bytes (whole chunks) are left, and returns how many are left. */
function absorb(state: usize, source: usize, length: usize, most: usize): usize {
  let chunks = load<u64>(state, CHUNKS_OFFSET);
  while (length > most) {
    const size = subtreeChunks(chunks, length);
    hashMany(source, size, CHUNK_BYTES, CHUNK_BLOCKS, chunks, 1, 0, CHUNK_START, CHUNK_END, subtree);
    // Reduced to two chaining values only: if the input ends here, their parent is the root.
    for (let parents = size >> 1; parents > 1; parents >>= 1) {
      hashMany(subtree, parents, BLOCK_BYTES, 1, 0, 0, PARENT, 0, 0, subtree);
    }
    pushChainingValue(state, subtree, chunks);
    if (size > 1) pushChainingValue(state, subtree + 32, chunks + (size >> 1));
    chunks += size;
    source += (<usize>size) << 10;
    length -= (<usize>size) << 10;
  }
  store<u64>(state, chunks, CHUNKS_OFFSET);
  return length;
}

/** Hashes the last `length` (0 to 1024) bytes and folds the stack, from the right, into the digest. */
function finishTree(state: usize, source: usize, length: usize, out: usize): void {
  const chunks = load<u64>(state, CHUNKS_OFFSET);
  let depth = load<u32>(state, DEPTH_OFFSET);
  if (depth == 0) {
    hashChunk(source, length, 0, ROOT, out);
    return;
  }
  if (length != 0) {
    mergeStack(state, chunks);
    depth = load<u32>(state, DEPTH_OFFSET);
    hashChunk(source, length, chunks, 0, out);
  } else {
    depth--;
    store<u32>(state, depth, DEPTH_OFFSET);
    copy32(out, state + STACK_OFFSET + ((<usize>depth) << 5));
  }
  foldStack(state, out);
}

/** Folds the stack and the chaining values of the last `count` chunks, which lie in `subtree`, into the digest. */
function finishWith(state: usize, count: u32, out: usize): void {
  let chunks = load<u64>(state, CHUNKS_OFFSET);
  for (let i: u32 = 0; i < count - 1; i++, chunks++) {
    pushChainingValue(state, subtree + ((<usize>i) << 5), chunks);
  }
  mergeStack(state, chunks);
  copy32(out, subtree + ((<usize>count - 1) << 5));
  foldStack(state, out);
}

/** Folds the stack, from the right, into the chaining value at `out`: the last parent is the root. */
function foldStack(state: usize, out: usize): void {
  for (let depth = load<u32>(state, DEPTH_OFFSET); depth > 0; depth--) {
    const left = state + STACK_OFFSET + ((<usize>depth - 1) << 5);
    hashParent(left, out, depth == 1 ? ROOT : 0, out);
  }
}

/** Writes the 32-byte digest of `length` bytes at `source` to `out`, which mustn't overlap the input. */
export function blake3(source: usize, length: usize, out: usize): void {
  if (length <= CHUNK_BYTES) {
    hashChunk(source, length, 0, ROOT, out);
    return;
  }
  blake3Start(ownState);
  const mostLeft = horizontal ? CHUNK_BYTES : LAST_CHUNKS * CHUNK_BYTES;
  let left = absorb(ownState, source, length, mostLeft);
  const last = source + length - left;
  if (left > 2 * CHUNK_BYTES) {
    hashLastChunks(last, left, load<u64>(ownState, CHUNKS_OFFSET), subtree);
    finishWith(ownState, <u32>((left + CHUNK_BYTES - 1) >> 10), out);
    return;
  }
  left = absorb(ownState, last, left, CHUNK_BYTES);
  finishTree(ownState, source + length - left, left, out);
}

/** Makes the `BLAKE3_STATE_BYTES` at `state` (8-byte aligned) the state of an empty input. */
export function blake3Start(state: usize): void {
  store<u64>(state, 0, CHUNKS_OFFSET);
  store<u32>(state, 0, DEPTH_OFFSET);
  store<u32>(state, 0, FILLED_OFFSET);
}

/** Appends `length` bytes to the input. */
export function blake3Update(state: usize, source: usize, length: usize): void {
  const filled = <usize>load<u32>(state, FILLED_OFFSET);
  const chunk = state + CHUNK_OFFSET;
  if (filled != 0) {
    const taken = min<usize>(length, CHUNK_BYTES - filled);
    memory.copy(chunk + filled, source, taken);
    source += taken;
    length -= taken;
    store<u32>(state, <u32>(filled + taken), FILLED_OFFSET);
    // A full chunk waits until more follows: it may be the root.
    if (length == 0) return;
    const chunks = load<u64>(state, CHUNKS_OFFSET);
    hashChunk(chunk, CHUNK_BYTES, chunks, 0, subtree);
    pushChainingValue(state, subtree, chunks);
    store<u64>(state, chunks + 1, CHUNKS_OFFSET);
  }
  const left = absorb(state, source, length, CHUNK_BYTES);
  memory.copy(chunk, source + length - left, left);
  store<u32>(state, <u32>left, FILLED_OFFSET);
}

/** Writes the digest of everything appended to `out`. The state is used up: start it again for another input. */
export function blake3Finish(state: usize, out: usize): void {
  finishTree(state, state + CHUNK_OFFSET, <usize>load<u32>(state, FILLED_OFFSET), out);
}
