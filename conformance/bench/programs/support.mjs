/** What the measured programs share. They run on Node, Bun and Deno, and print their figures as one line of JSON. */
import { existsSync, readFileSync, rmSync } from "node:fs";

/** The parameters that the program was started with. */
export const parameters = JSON.parse((globalThis.Deno?.args ?? process.argv.slice(2))[0]);

export function print(figures) {
  console.log(JSON.stringify(figures));
}

export function readLines(file) {
  return readFileSync(file, "utf8").trimEnd().split("\n").map(JSON.parse);
}

export function documentsOf(file) {
  return readLines(file).map(({ id, title, text }) => ({ target: { path: id }, title, content: text }));
}

export function removeAll(...paths) {
  for (const path of paths) if (existsSync(path)) rmSync(path);
}

/** The value below which a fraction of the samples lies (nearest rank); sorts them. */
export function quantile(samples, fraction) {
  samples.sort((a, b) => a - b);
  return samples[Math.max(0, Math.ceil(fraction * samples.length) - 1)];
}

/** Most memory that was resident at once. Linux says so itself; elsewhere what the runtime reports. */
export function peakMemoryBytes() {
  if (existsSync("/proc/self/status")) {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** A fixed order that isn't the one of storage: steps by a number without common factor. */
export function shuffled(items) {
  const step = 7919;
  return items.map((_, i) => items[(i * step) % items.length]);
}
