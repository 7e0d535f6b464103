/** What a topic is, and what its cases are given. */

import type { Runtime } from "../../runtimes/contract.js";

/** Where a case works: a runtime, and a folder of its own in it that was empty. */
export interface Place {
  readonly runtime: Runtime;
  readonly folder: string;
}

/**
 * Makes something and answers what of it can be compared: JSON values in which order and every digit count. It depends on nothing but
 * the package: clock and randomness are fixed, and no path or name of the machine is in the answer.
 */
export type Case = (place: Place) => Promise<unknown>;

/** Cases about one promise, by their names. */
export interface Topic {
  readonly name: string;
  readonly cases: Readonly<Record<string, Case>>;
}
