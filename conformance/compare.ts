/** Topic → case → digest, or `failed: …`. */
export type Report = Readonly<Record<string, Readonly<Record<string, string>>>>;

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
  reports: ReadonlyMap<string, Report>,
  expected: Readonly<Record<string, number>>,
): Difference[] {
  const differences: Difference[] = [];
  for (const [topic, count] of Object.entries(expected)) {
    const names = new Set([...reports.values()].flatMap((report) => Object.keys(report[topic] ?? {})));
    if (names.size !== count) {
      differences.push({ topic, name: "*", problem: `${names.size} cases, expected ${count}` });
    }
    for (const name of names) {
      const problem = problemOf([...reports].map(([host, report]) => [host, report[topic]?.[name]]));
      if (problem) differences.push({ topic, name, problem });
    }
  }
  for (const [host, report] of reports) {
    for (const topic of Object.keys(report)) {
      if (!(topic in expected))
        differences.push({ topic, name: "*", problem: `${host} reports a topic that nobody expects` });
    }
  }
  return differences;
}

function problemOf(digests: [string, string | undefined][]): string | undefined {
  const bad = digests.filter(([, digest]) => digest === undefined || digest.startsWith("failed"));
  if (bad.length > 0) return bad.map(([host, digest]) => `${host}: ${digest ?? "missing"}`).join("; ");
  if (new Set(digests.map(([, digest]) => digest)).size === 1) return undefined;
  return digests.map(([host, digest]) => `${host} ${digest?.slice(0, 12)}`).join(", ");
}
