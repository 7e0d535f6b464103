/** What the corpus is made of. */

import type { Dice } from "./dice.js";

/** Something that must not survive, within the words that it usually stands in. */
export interface Plant {
  /** The part that must be masked. */
  readonly secret: string;
  /** A text that holds `secret` once. */
  readonly text: string;
}

/** One kind of secret: where its format is documented, and how to make one. */
export interface PlantClass {
  readonly name: string;
  /** Where the format is documented. */
  readonly source: string;
  readonly make: (dice: Dice) => Plant;
}

/** Texts around something that is recognized by itself; `§` is its place. */
const ANYWHERE = [
  "The deploy job used § until yesterday.",
  "TOKEN=§",
  "2026-03-01T10:00:00Z INFO client: authorized with §, retrying",
  "  auth: §\n  retries: 3",
  'const client = new Client("§");',
  'curl -H "Authorization: Bearer §" https://api.internal.test/v1/jobs',
  "| service | § | active |",
];

/** A secret that its own shape gives away, in any words. */
export function anywhere(dice: Dice, secret: string): Plant {
  return placed(dice, ANYWHERE, secret);
}

/** A secret that only the words beside it give away. */
export function placed(dice: Dice, texts: readonly string[], secret: string): Plant {
  return { secret, text: dice.pick(texts).replace("§", () => secret) };
}
