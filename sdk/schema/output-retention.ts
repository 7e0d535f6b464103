/** What `compact`, `gc`, `pin` and `unpin` print with `--json`. */

import { z } from "zod";
import { count, hash, output, uri } from "./output-parts.js";

const compact = output({
  capsule_path: z.string().min(1),
  bytes_before: count,
  bytes_after: count,
  old_root: hash.describe("The newest commit of the file that was replaced"),
  old_sequence: count,
  root: hash,
  sequence: count,
  dropped_history: z.boolean(),
  purged: z.array(uri),
  records_left_out: count.describe("Records that the old file had and the new one hasn't"),
});

const gc = output({
  dry_run: z.boolean(),
  exports_deleted: count,
  exports_preserved: count.describe("Pinned, or not old enough"),
  exports_skipped: count.describe("What can't be judged: no capsule, unreadable, at work, or replaced meanwhile"),
  temp_files_deleted: count,
  bytes_freed: count,
  deleted_paths: z.array(z.string().min(1)).describe("With --dry-run: what would be deleted, and so with the counts"),
});

const pin = output({
  pinned: z.boolean().describe("Whether the export is pinned now"),
  changed: z.boolean().describe("False if it was so before"),
  content_hash: hash.describe("SHA-256 of the export: a pin follows a file that is moved"),
  path: z.string().min(1),
});

export const retentionOutputs = { compact, gc, pin, unpin: pin } as const;
