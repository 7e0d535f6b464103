import { compareDigests, type Digests, type Discrepancy, isFailure } from "../sdk/conformance/compare.js";

/** A case that isn't the same everywhere, failed, or is missing. */
export interface Difference {
  readonly topic: string;
  readonly name: string;
  readonly problem: string;
}

/**
 * Compares the reports of several runtimes. `expected` states how many cases each topic has, so that a case that was lost on the way
 * counts as a difference, and so does one that nobody expected.
 */
export function compareReports(
  reports: ReadonlyMap<string, Digests>,
  expected: Readonly<Record<string, number>>,
): Difference[] {
  const differences: Difference[] = [];
  for (const [topic, count] of Object.entries(expected)) {
    const names = new Set([...reports.values()].flatMap((report) => Object.keys(report[topic] ?? {})));
    if (names.size !== count) {
      differences.push({ topic, name: "*", problem: `${names.size} cases, expected ${count}` });
    }
  }
  for (const discrepancy of compareDigests(reports)) {
    differences.push({ topic: discrepancy.topic, name: discrepancy.case, problem: problemOf(discrepancy) });
  }
  for (const [host, report] of reports) {
    for (const topic of Object.keys(report)) {
      if (!(topic in expected))
        differences.push({ topic, name: "*", problem: `${host} reports a topic that nobody expects` });
    }
  }
  return differences;
}

function problemOf({ found }: Discrepancy): string {
  const digests = Object.entries(found);
  const bad = digests.filter(([, digest]) => digest === null || isFailure(digest));
  if (bad.length > 0) return bad.map(([host, digest]) => `${host}: ${digest ?? "missing"}`).join("; ");
  return digests.map(([host, digest]) => `${host} ${digest?.slice(0, 12)}`).join(", ");
}
