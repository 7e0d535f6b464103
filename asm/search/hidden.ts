import { OK, OUT_OF_MEMORY } from "../status";
import { bitmapBytes } from "./bitmap";
import { documentBits, PartView } from "./part-view";
import { queryArena } from "./query";
import { View } from "./view-list";

/** More hidden documents than this are not listed: then a term's postings are counted against the bitmap. */
export const MAX_HIDDEN: u32 = 1024;

/**
 * Lists the documents of a part that don't show, `MAX_HIDDEN` of them at most: ascending u32 ordinals at `part.hidden`. OK or a status;
 * the list is kept with the view.
 */
export function listHidden(view: View, part: PartView): i32 {
  const bytes = bitmapBytes(part.recordCount);
  const list = view.arena.alloc((<usize>MAX_HIDDEN) << 2);
  const documents = queryArena.allocZeroed(bytes);
  if (list == 0 || documents == 0) return OUT_OF_MEMORY;
  const status = documentBits(part, documents);
  if (status != OK) return status;
  let count: u32 = 0;
  for (let at: usize = 0; at < bytes; at += 8) {
    let word = load<u64>(documents + at) & ~load<u64>(part.bits + at);
    for (; word != 0 && count < MAX_HIDDEN; word &= word - 1) {
      store<u32>(list + ((<usize>count) << 2), <u32>(at << 3) + <u32>ctz<u64>(word));
      count++;
    }
  }
  part.hidden = list;
  part.hiddenCount = count;
  return OK;
}
