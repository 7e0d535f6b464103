import { Cause, failNumbers } from "../failure";
import { buildSuperblock, MAX_WORKSPACE_BYTES, Ranking, SUPERBLOCK_BYTES, superblock } from "../format/superblock";
import { extendOutput, flushOutput, sourceReset } from "../log/source";
import { INVALID_ARGUMENT, LIMIT_EXCEEDED, OUT_OF_MEMORY } from "../status";

/** What a new capsule begins with. */

/** Version of the analyzers (docs/text-analysis.md), and of the Unicode tables they use. */
const ANALYZER_VERSION: u32 = 1;
const UNICODE_MAJOR: u32 = 17;

/** Defaults of docs/text-analysis.md, part 11. */
const ranking: Ranking = changetype<Ranking>(memory.data(24, 8));

/** Appends the superblock of a new capsule to an empty file. */
export function createSuperblock(
  id: usize,
  createdAt: u64,
  analyzer: i32,
  workspace: usize,
  workspaceLength: u32,
): i32 {
  if (workspaceLength == 0 || workspaceLength > MAX_WORKSPACE_BYTES) {
    return failNumbers(LIMIT_EXCEEDED, Cause.URI_COMPONENT, 0, MAX_WORKSPACE_BYTES, workspaceLength);
  }
  if (analyzer != 1 && analyzer != 2) return INVALID_ARGUMENT;
  ranking.k1 = 15000;
  ranking.titleWeight = 30000;
  ranking.titleB = 7500;
  ranking.bodyWeight = 10000;
  ranking.bodyB = 7500;
  buildSuperblock(id, createdAt, analyzer, ANALYZER_VERSION, UNICODE_MAJOR, ranking, workspace, workspaceLength);
  sourceReset(0);
  const target = extendOutput(SUPERBLOCK_BYTES);
  if (target == 0) return OUT_OF_MEMORY;
  memory.copy(target, superblock, SUPERBLOCK_BYTES);
  return flushOutput();
}
