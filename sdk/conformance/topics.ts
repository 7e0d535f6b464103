/** The topics in the order in which they are run. */

import { age } from "./age.js";
import { analysis } from "./analysis.js";
import { branches } from "./branches.js";
import { bytes } from "./bytes.js";
import { codec } from "./codec.js";
import { compaction } from "./compaction.js";
import { errors } from "./errors.js";
import { exports } from "./exports.js";
import { history } from "./history.js";
import { masking } from "./masking.js";
import { replay } from "./replay.js";
import { search } from "./search.js";
import { signatures } from "./signatures.js";
import type { Topic } from "./topic.js";
import { uris } from "./uris.js";

export const topics: readonly Topic[] = [
  bytes,
  codec,
  uris,
  analysis,
  search,
  history,
  branches,
  compaction,
  errors,
  masking,
  replay,
  age,
  signatures,
  exports,
];
