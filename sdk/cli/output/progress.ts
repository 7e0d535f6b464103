/** Progress of long work: on stderr, and only if a terminal shows it. */

import { Presets, SingleBar } from "cli-progress";
import { formatBytes } from "./format.js";
import type { Terminal } from "./terminal.js";

export interface Progress {
  update(bytesDone: number, bytesTotal: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** A bar that is wiped when the work is done. `action` is what is being done: "Ingesting". */
export function startProgress(terminal: Terminal, action: string): Progress {
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
  bar.start(1, 0, { done: formatBytes(0), all: "…" });
  return {
    update(bytesDone, bytesTotal) {
      bar.setTotal(Math.max(bytesTotal, 1));
      bar.update(bytesDone, { done: formatBytes(bytesDone), all: formatBytes(bytesTotal) });
    },
    stop: () => bar.stop(),
  };
}
