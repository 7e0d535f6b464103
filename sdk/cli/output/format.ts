/** Figures as people read them; the same in every locale and time zone. */

import { isoTime } from "../../iso-time.js";

export { isoTime };

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** `17 B`, `1.5 KiB`, `230 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // What rounds to 1024 of a unit is 1 of the next.
  for (; value >= 1023.5 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 file`, `2 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `2026-02-01 09:30:00Z`: UTC, to the second. */
export function formatTime(atMs: number): string {
  return isoTime(atMs)
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}
