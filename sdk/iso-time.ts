/** Times in documents. */

const LAST_FOUR_DIGIT_YEAR_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Milliseconds since 1970 as `2026-02-01T09:30:00.000Z`; the last moment that has this form for what lies beyond. */
export function isoTime(atMs: number): string {
  return new Date(Math.min(atMs, LAST_FOUR_DIGIT_YEAR_MS)).toISOString();
}
