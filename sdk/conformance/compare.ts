/** Judging reports: what isn't the same in all of them. */

/** Topic → case → SHA-256 in hexadecimal, or `failed: …`. */
export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A case that isn't the same everywhere, failed, or is missing. */
export interface Discrepancy {
  readonly topic: string;
  readonly case: string;
  /** What each report has of it, by their names: a digest, `failed: …`, or null if it isn't there. */
  readonly found: Readonly<Record<string, string | null>>;
}

const FAILED = "failed: ";

/** What stands for a digest where a case failed. */
export const failureOf = (error: unknown): string =>
  `${FAILED}${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;

export const isFailure = (digest: string): boolean => digest.startsWith(FAILED);

/**
 * Compares reports by topic and case. A single one is judged too: for what failed.
 *
 * @param reports by name; the order is that of `found`
 * @example
 * compareDigests(new Map([["here", here.digests], ["there", there.digests]])); // [] if they are equal
 */
export function compareDigests(reports: ReadonlyMap<string, Digests>): Discrepancy[] {
  const discrepancies: Discrepancy[] = [];
  for (const topic of namesIn([...reports.values()])) {
    for (const name of namesIn([...reports.values()].map((digests) => digests[topic] ?? {}))) {
      const found = [...reports].map(([report, digests]) => [report, digests[topic]?.[name] ?? null] as const);
      const [first, ...others] = found.map(([, digest]) => digest);
      const isSound = typeof first === "string" && !isFailure(first) && others.every((digest) => digest === first);
      if (!isSound) discrepancies.push({ topic, case: name, found: Object.fromEntries(found) });
    }
  }
  return discrepancies;
}

/** All keys, in the order in which they first come. */
function namesIn(objects: readonly object[]): Set<string> {
  return new Set(objects.flatMap((each) => Object.keys(each)));
}
