/** How the cost of work grows with the number of artifacts, as the exponent of a fitted power: 0 is constant, 1 linear. */

import { join } from "node:path";
import { writeProse, writeProseQueries } from "../collection.js";
import { type Figures, figure, node, runProgram } from "../programs.js";
import type { Row } from "../rows.js";
import { fittedExponent, median } from "../statistics.js";
import type { Topic } from "./context.js";

const SIZES = [10_000, 50_000, 100_000, 200_000, 400_000];
/**
 * From here on most records that are asked for have to be read: the exponent is fitted beyond. Below, the caches hold them all, and the
 * step from one to the other, which the plot shows, would count as growth.
 */
const FITTED_FROM = 100_000;
const MEAN_BYTES = 200;
/** Room for logarithms, and for processor caches that no longer hold the index. */
const NEARLY_CONSTANT = 0.25;
const WORK = [
  ["opening", "openMs", NEARLY_CONSTANT],
  ["a commit of one artifact", "commitMs", NEARLY_CONSTANT],
  ["resolving", "resolveMs", NEARLY_CONSTANT],
  ["resolving as of a checkpoint", "asOfMs", NEARLY_CONSTANT],
  ["a fork and its commit", "forkMs", NEARLY_CONSTANT],
  // Common words have more documents where there are more.
  ["a search", "searchMs", null],
] as const;

export const growth: Topic = async ({ options, folder }) => {
  const queriesFile = join(folder, "growth-queries.jsonl");
  writeProseQueries(queriesFile);
  const measured: (readonly [size: number, rounds: Figures[]])[] = [];
  for (const size of SIZES) {
    const documentsFile = join(folder, `growth-${size}.jsonl`);
    writeProse(documentsFile, size, MEAN_BYTES);
    const parameters = { path: join(folder, `growth-${size}.mv2`), documentsFile, queriesFile };
    const rounds: Figures[] = [];
    for (let round = 0; round < options.rounds; round++)
      rounds.push(await runProgram(node, "capsule-curve", parameters));
    measured.push([size, rounds]);
  }
  return WORK.map(([work, name, atMost]): Row => {
    const curve = measured.map(([size, rounds]) => [size, median(figure(rounds, name))] as const);
    return {
      topic: "growth",
      work,
      unit: "",
      ours: [fittedExponent(curve.filter(([size]) => size >= FITTED_FROM))],
      rivalName: "",
      rival: [],
      target: atMost === null ? null : { oursAtMost: atMost },
      curve,
    };
  });
};
