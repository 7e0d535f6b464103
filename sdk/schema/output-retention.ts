/** What `compact`, `gc`, `pin` and `unpin` print with `--json`. */

import { z } from "zod";
import { count, hash, output, uri } from "./output-parts.js";

export const compact = output({
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
