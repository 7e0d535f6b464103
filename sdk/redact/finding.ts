/** What was found, and the text without it. */

/** Something that must not be shown: which rule says so, and where. */
export interface Finding {
  /** A stable name such as `github` or `card-number`; docs/safe-export.md lists them. */
  readonly rule: string;
  /** First UTF-16 unit, in the text as it was given. */
  readonly start: number;
  /** Behind the last one. */
  readonly end: number;
}

/** What stands for what was found. */
export function maskOf(rule: string): string {
  return `[masked:${rule}]`;
}

/** Whether a text is nothing but what {@link maskOf} gives. */
export function isMask(text: string): boolean {
  return /^\[masked:[a-z0-9-]{1,64}\]$/.test(text);
}

/** Rules that know a secret by what stands beside it: one that knows the secret itself gives the better name. */
const BY_SURROUNDINGS = ["authorization", "secret-assignment", "url-password"];
const rank = ({ rule }: Finding) => (BY_SURROUNDINGS.includes(rule) ? 1 : 0);

/** Findings that overlap become one, named after the one that begins first; of two that begin together, after the longer. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort(
    (a, b) =>
      a.start - b.start || b.end - a.end || rank(a) - rank(b) || (a.rule < b.rule ? -1 : Number(a.rule > b.rule)),
  );
  const merged: Finding[] = [];
  for (const finding of sorted) {
    const last = merged.at(-1);
    if (last === undefined || finding.start >= last.end) merged.push(finding);
    else if (finding.end > last.end) merged[merged.length - 1] = { ...last, end: finding.end };
  }
  return merged;
}

/** The text with a mask for each of the merged findings. */
export function applyMasks(text: string, findings: readonly Finding[]): string {
  let masked = "";
  let from = 0;
  for (const { rule, start, end } of findings) {
    masked += text.slice(from, start) + maskOf(rule);
    from = end;
  }
  return masked + text.slice(from);
}

/** How often each rule found something, rules in the order of their names. */
export function countRules(findings: Iterable<{ readonly rule: string }>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A name that isn't taken: of those that became the same, later ones get a number. */
export function freeName(isTaken: (name: string) => boolean, name: string): string {
  if (!isTaken(name)) return name;
  let count = 2;
  while (isTaken(`${name}#${count}`)) count++;
  return `${name}#${count}`;
}
