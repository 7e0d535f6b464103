/** Progress of long work: on stderr, and only if a terminal shows it. */

import { Presets, SingleBar } from "cli-progress";
import { formatBytes } from "./format.js";
import type { Terminal } from "./terminal.js";

export interface Progress {
  update(bytesDone: number, bytesTotal: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** Work that is done sooner shows no bar. */
const DELAY_MS = 300;

/** A bar that is wiped when the work is done. `action` is what is being done: "Ingesting"; `format` writes a figure, of bytes by default. */
export function startProgress(
  terminal: Terminal,
  action: string,
  format: (figure: number) => string = formatBytes,
): Progress {
  if (!terminal.stderr.isTerminal) return SILENT;
  const bar = new SingleBar(
    {
      format: `${action} {bar} {percentage}% | {done} of {all}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      // The library must not catch signals: the command does.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  const startsAtMs = performance.now() + DELAY_MS;
  return {
    update(bytesDone, bytesTotal) {
      const shown = { done: format(bytesDone), all: format(bytesTotal) };
      if (bar.isActive) bar.update(bytesDone, shown);
      else if (performance.now() >= startsAtMs) bar.start(Math.max(bytesTotal, 1), bytesDone, shown);
    },
    stop: () => bar.stop(),
  };
}
