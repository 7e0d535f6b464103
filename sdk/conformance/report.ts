/** What is told of a run of the topics: on which machine, by what, and the digests. */

import { decodeModule } from "../core/module.js";
import { defaultRuntime } from "../runtime.js";
import type { Digests } from "./compare.js";
import { sha256 } from "./fixed.js";
import { runTopics, type TopicOptions, topicDigest, type Workplace } from "./run.js";

/** The machine that the topics ran on, as far as it says. */
export interface Machine {
  /** "linux", "macos", "windows", "browser" or "other". */
  readonly platform: string;
  /** As the runtime names it, such as "x64", "arm64", "s390x"; null if it doesn't say. */
  readonly architecture: string | null;
  readonly byte_order: "little" | "big";
}

/** The runtime that the topics ran in. */
export interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
}

/** A report, as it is written in JSON. */
export interface ConformanceReport {
  readonly machine: Machine;
  readonly runtime: RuntimeVersion;
  /** SHA-256 of the WebAssembly module. */
  readonly core_sha256: string;
  readonly topics: readonly TopicReport[];
}

/** One topic's digests. */
export interface TopicReport {
  readonly name: string;
  /** SHA-256 over the names and digests of its cases; see `topicDigest`. */
  readonly digest: string;
  readonly cases: Readonly<Record<string, string>>;
}

/** The order in which this machine keeps the bytes of a number. WebAssembly has always the little-endian one. */
export function byteOrder(): "little" | "big" {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";
}

/**
 * Runs the topics and reports.
 *
 * @param about what the runtime can't tell: the architecture, and in a browser which it is
 * @example
 * const report = await makeReport({ folder: "/tmp/conformance" }, { architecture: process.arch });
 */
export async function makeReport(
  workplace: Workplace,
  about: { readonly architecture: string | null; readonly runtime?: RuntimeVersion },
  options: TopicOptions = {},
): Promise<ConformanceReport> {
  const { folder, runtime = defaultRuntime } = workplace;
  const { platform, runtimeName, runtimeVersion } = runtime.environment;
  const digests = await runTopics({ folder, runtime }, options);
  return {
    machine: { platform, architecture: about.architecture, byte_order: byteOrder() },
    runtime: about.runtime ?? { name: runtimeName, version: runtimeVersion },
    core_sha256: sha256({ runtime }, decodeModule()),
    topics: Object.entries(digests).map(([name, cases]) => ({ name, digest: topicDigest({ runtime }, cases), cases })),
  };
}

/** The digests of a report, for `compareDigests`. */
export function digestsOf({ topics }: Pick<ConformanceReport, "topics">): Digests {
  return Object.fromEntries(topics.map(({ name, cases }) => [name, cases]));
}
