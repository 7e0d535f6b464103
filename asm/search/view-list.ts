import { Arena } from "../memory/arena";
import { permanent } from "../memory/chunks";
import { LINEAGE_ENTRY_BYTES, MAX_LINEAGE } from "./lineage-limits";
import { PartView } from "./part-view";

/** The views that are kept, and what each knows. */

/** Views that are kept. */
export const MAX_VIEWS: u32 = 8;
@unmanaged
export class View {
  arena: Arena;
  /** Time of the last use; 0 for an empty place. */
  used: u32;
  /** State of the capsule that `parts` stands for. */
  generation: u32;
  memtableFirst: u32;
  memtableCount: u32;
  /** Address of the part views: one for each part, then the memtable's. */
  parts: usize;
  partCount: u32;
  /** Number of the first record that came after the greatest limit, or that wasn't there yet. */
  endRecord: u32;
  documents: u32;
  titleTotal: u64;
  bodyTotal: u64;
  lineageCount: u32;

  /** View of part `index`; the last is the memtable's. */
  part(index: u32): PartView {
    return changetype<PartView>(this.parts + <usize>index * offsetof<PartView>());
  }

  lineage(): usize {
    return changetype<usize>(this) + offsetof<View>();
  }
}

const VIEW_BYTES: usize = offsetof<View>() + <usize>MAX_LINEAGE * LINEAGE_ENTRY_BYTES;
const views: usize = permanent(VIEW_BYTES * MAX_VIEWS);
/** The place of view `index`; `used` says whether there is one. */
export function viewAt(index: u32): View {
  return changetype<View>(views + <usize>index * VIEW_BYTES);
}
