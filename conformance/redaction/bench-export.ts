/** `npm run bench:redaction -- --export`: a run of 100 MB of text, exported safely and not. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Capsule } from "../../sdk/capsule.js";
import { ordinaryTexts } from "./ordinary-texts.js";

const TOTAL_BYTES = 100_000_000;
const DOCUMENT_UNITS = 20_000;
const RUN = { specId: "SPEC-1", runId: "bench" } as const;

/** Documents of ordinary text, no two the same. */
function* documents(): Iterable<{ target: { path: string }; content: string }> {
  const texts = Object.values(ordinaryTexts());
  for (let at = 0, index = 0; at < TOTAL_BYTES; index++) {
    const text = texts[index % texts.length] as string;
    const from = (index * 7919) % Math.max(1, text.length - DOCUMENT_UNITS);
    const content = `Document ${index}\n${text.slice(from, from + DOCUMENT_UNITS)}`;
    at += content.length;
    yield { target: { path: `${index}.md` }, content };
  }
}

/** Prints both times, by the clock and of the processor. */
export async function benchExport(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "speckit-redaction-"));
  try {
    const capsule = await Capsule.create(join(folder, "workspace.mv2"), RUN);
    await capsule.putMany(documents());
    await capsule.commit();
    for (const safe of [false, true]) {
      const [startedAt, used] = [performance.now(), process.cpuUsage()];
      const out = join(folder, `${safe}.mv2`);
      const { redactions, bytesWritten } = await capsule.export({ ...RUN, out, encrypt: false, safe });
      const { user, system } = process.cpuUsage(used);
      const seconds = (performance.now() - startedAt) / 1000;
      const cpuSeconds = (user + system) / 1e6;
      const told = `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of the processor, ${bytesWritten} bytes`;
      console.log(
        `${safe ? "safe" : "unsafe"} export of ${TOTAL_BYTES / 1e6} MB: ${told}, ${JSON.stringify(redactions)}`,
      );
    }
    await capsule.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
