import { Counter } from "../format/commit";
import {
  analyzerId,
  analyzerVersion,
  capsuleId,
  createdAt,
  majorVersion,
  minorVersion,
  unicodeMajor,
  workspace,
  workspaceLength,
} from "../format/superblock";
import {
  branchCount,
  deadTailEnd,
  deadTailStart,
  headCounters,
  headEnd,
  headIsDurable,
  headOffset,
  headRoot,
  headSequence,
  passedOverOffset,
  recordCount,
} from "../log/head";
import { OK, OUT_OF_MEMORY } from "../status";
import { batchRecords } from "./batch";
import { result } from "./results";
import { segmentCount } from "./segments";

/** What is known of the open capsule without reading anything. */

const NUMBERS: usize = 26;
let cursor: usize = 0;

function put(value: f64): void {
  store<f64>(cursor, value);
  cursor += 8;
}

/** Appends the numbers, id, root and workspace id that `capsuleInfo` of `index.ts` answers. */
export function appendInfo(): i32 {
  const length = workspaceLength();
  cursor = result.extend(NUMBERS * 8 + 16 + 32 + 4 + length);
  if (cursor == 0) return OUT_OF_MEMORY;
  put(majorVersion());
  put(minorVersion());
  put(<f64>createdAt());
  put(analyzerId());
  put(analyzerVersion());
  put(unicodeMajor());
  put(<f64>headSequence);
  put(<f64>headOffset);
  put(<f64>headEnd);
  put(recordCount);
  for (let i: u32 = 0; i <= Counter.FRAMES; i++) put(<f64>load<u64>(headCounters + ((<usize>i) << 3)));
  put(segmentCount);
  put(<f64>branchCount + 1); // with main
  put(deadTailEnd > deadTailStart ? <f64>deadTailStart : -1);
  put(deadTailEnd > deadTailStart ? <f64>deadTailEnd : -1);
  put(passedOverOffset != 0 ? <f64>passedOverOffset : -1);
  put(headIsDurable ? 1 : 0);
  put(batchRecords);
  put(<f64>load<u64>(headCounters + ((<usize>Counter.BYTES_REPEATED) << 3)));
  memory.copy(cursor, capsuleId(), 16);
  memory.copy(cursor + 16, headRoot, 32);
  store<u32>(cursor + 48, length);
  memory.copy(cursor + 52, workspace(), length);
  return OK;
}
