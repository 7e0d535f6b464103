/** Running topics: a digest for each case. */

import type { Runtime } from "../../runtimes/contract.js";
import { encodeUtf8 } from "../../runtimes/std.js";
import { defaultRuntime } from "../runtime.js";
import { type Digests, failureOf } from "./compare.js";
import { sha256 } from "./fixed.js";
import type { Place, Topic } from "./topic.js";
import { topics as allTopics } from "./topics.js";

/** Where topics are run. */
export interface Workplace {
  /** A folder in which the topics make folders of their own. These stay when they are done. */
  readonly folder: string;
  /** Default: that of the runtime that this program runs in. */
  readonly runtime?: Runtime;
}

export interface TopicOptions {
  /** Default: all. */
  readonly topics?: readonly Topic[];
  /** Called before each topic; what it throws ends the run. */
  readonly onTopic?: (name: string) => void;
}

/**
 * Runs the cases of topics and makes a digest of what each answered. Nothing is thrown for a case that fails: `failed: …` stands in the
 * place of its digest.
 *
 * @example
 * const digests = await runTopics({ folder: "/tmp/conformance" });
 */
export async function runTopics(workplace: Workplace, options: TopicOptions = {}): Promise<Digests> {
  const { folder, runtime = defaultRuntime } = workplace;
  const digests: Record<string, Record<string, string>> = {};
  for (const { name, cases } of options.topics ?? allTopics) {
    options.onTopic?.(name);
    const found: Record<string, string> = {};
    for (const [index, [caseName, run]] of Object.entries(cases).entries()) {
      const own: Place = { runtime, folder: `${folder}/${name}/${index}` };
      try {
        runtime.files.makeDirectory(own.folder);
        found[caseName] = sha256(own, encodeUtf8(JSON.stringify(await run(own))));
      } catch (error) {
        found[caseName] = failureOf(error);
      }
    }
    digests[name] = found;
  }
  return digests;
}

/** One digest of a topic's cases, names included: SHA-256 over a line `<case>\t<digest>` for each. */
export function topicDigest(place: Pick<Place, "runtime">, cases: Readonly<Record<string, string>>): string {
  const lines = Object.entries(cases).map(([name, digest]) => `${name}\t${digest}\n`);
  return sha256(place, encodeUtf8(lines.join("")));
}
