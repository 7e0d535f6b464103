/**
 * The entry `speckit-capsule/conformance`: topics that tell by digests whether a machine and a runtime make of a capsule what every
 * other makes of it. `speckit conformance` runs them; docs/conformance.md says what each is about.
 */

export { compareDigests, type Digests, type Discrepancy } from "./compare.js";
export { type Describe, errorCases } from "./errors.js";
export { expectedDigests } from "./expected.js";
export { documents, fixed } from "./fixed.js";
export {
  type ConformanceReport,
  digestsOf,
  type Machine,
  makeReport,
  type RuntimeVersion,
  type TopicReport,
} from "./report.js";
export { runTopics, type TopicOptions, type Workplace } from "./run.js";
export type { Case, Place, Topic } from "./topic.js";
export { topics } from "./topics.js";
