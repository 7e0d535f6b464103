import { equalBytes } from "../bytes/search";
import { FRAME_HEADER_BYTES } from "../format/item";
import { PackView } from "../format/pack";
import { permanent, takeChunk } from "../memory/chunks";

/**
 * Packs that were read, checked and parsed: a ring of chunks that are filled one after another, and when all are
 * full, from the oldest on again. So thousands of small packs are kept, or some hundred of the usual size. A pack stays where it is until
 * seven more chunks were filled.
 *
 * In the ring: the view, where its records start, the frame. In the table: by the hash of a pack's offset, where it lies.
 */

const CHUNK_BITS: i32 = 20;
const CHUNK_BYTES: usize = (<usize>1) << CHUNK_BITS;
const CHUNKS: u32 = 8;
const chunks: usize = memory.data(4 * 8, 16);
/** Number of the chunk that is being filled, counting from 0 through all rounds, and bytes in use there. */
let filling: u32 = 0;
let filled: usize = CHUNK_BYTES;

/** u64 offset of the pack, u32 number of its chunk, u32 address of its view (0 for none). */
const ENTRY_BYTES: usize = 16;
const TABLE_BITS: u64 = 14;
const TABLE_BYTES: usize = ENTRY_BYTES << (<usize>TABLE_BITS);
let table: usize = 0;

/** Packs above this aren't put here: a chunk has to hold them. */
export const MAX_CACHED_PACK_BYTES: u32 = 1 << 16;

function entryOf(offset: u64): usize {
  if (table == 0) table = permanent(TABLE_BYTES);
  return table + ((<usize>(((offset >> 3) * 0x9e3779b97f4a7c15) >> (64 - TABLE_BITS))) << 4);
}

/** The pack at `offset`, with that hash unless `expectedHash` is 0; null if it isn't here. */
export function cachedPack(offset: u64, expectedHash: usize): PackView | null {
  const entry = entryOf(offset);
  const address = <usize>load<u32>(entry, 12);
  if (address == 0 || load<u64>(entry) != offset || filling - load<u32>(entry, 8) >= CHUNKS) return null;
  const view = changetype<PackView>(address);
  const hash = view.body - FRAME_HEADER_BYTES;
  return expectedHash == 0 || equalBytes(hash, expectedHash, 32) ? view : null;
}

/** Keeps a copy of a parsed pack of `frameBytes` bytes, whose body isn't above the limit, and answers it; null when memory is exhausted. */
export function keepPack(parsed: PackView, frameBytes: usize): PackView | null {
  const startsBytes = (<usize>parsed.count + 1) << 2;
  const place = takePlace(offsetof<PackView>() + startsBytes + frameBytes);
  if (place == 0) return null;
  const starts = place + offsetof<PackView>();
  const frame = starts + startsBytes;
  const body = frame + FRAME_HEADER_BYTES;
  memory.copy(starts, parsed.starts, startsBytes);
  memory.copy(frame, parsed.body - FRAME_HEADER_BYTES, frameBytes);
  memory.copy(place, changetype<usize>(parsed), offsetof<PackView>());
  const view = changetype<PackView>(place);
  view.starts = starts;
  view.body = body;
  if (parsed.dictionaryHash != 0) view.dictionaryHash = body + (parsed.dictionaryHash - parsed.body);
  const entry = entryOf(parsed.frameOffset);
  store<u64>(entry, parsed.frameOffset);
  store<u32>(entry, filling, 8);
  store<u32>(entry, <u32>place, 12);
  return view;
}

/** `size` bytes of the ring, 16-byte aligned; 0 when memory is exhausted. */
function takePlace(size: usize): usize {
  const needed = (size + 15) & ~(<usize>15);
  if (filled + needed > CHUNK_BYTES) {
    const next = filled == CHUNK_BYTES && chunkAt(filling) == 0 ? filling : filling + 1;
    if (chunkAt(next) == 0) {
      const chunk = takeChunk(CHUNK_BITS);
      if (chunk == 0) return 0;
      store<u32>(chunks + ((<usize>(next % CHUNKS)) << 2), <u32>chunk);
    }
    filling = next;
    filled = 0;
  }
  const place = chunkAt(filling) + filled;
  filled += needed;
  return place;
}

function chunkAt(number: u32): usize {
  return <usize>load<u32>(chunks + ((<usize>(number % CHUNKS)) << 2));
}

/** Forgets all packs. */
export function forgetCachedPacks(): void {
  if (table != 0) memory.fill(table, 0, TABLE_BYTES);
}
