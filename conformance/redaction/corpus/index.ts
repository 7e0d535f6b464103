/**
 * The corpus: secrets and personal data made from their documented forms, in every carrier, and texts that hold none. It was written from
 * the documents that its classes name, before the rules that it measures.
 */

import { type Carried, carriers } from "./carriers.js";
import { Dice } from "./dice.js";
import { personalClasses } from "./personal.js";
import type { PlantClass } from "./plant.js";
import { secretClasses } from "./secrets.js";

export { type Innocent, innocentTexts } from "./innocent.js";

/** A secret in a carrier. */
export interface Planted extends Carried {
  readonly className: string;
  readonly carrier: string;
}

const EACH = 3;

export const plantClasses: readonly PlantClass[] = [...secretClasses, ...personalClasses];
export const carrierNames = Object.keys(carriers);

/** Several of each class in each carrier. */
export function plantedTexts(): Planted[] {
  return plantClasses.flatMap(({ name, make }) =>
    Object.entries(carriers).flatMap(([carrier, carry]) => {
      const dice = new Dice(`${name} in ${carrier}`);
      return Array.from({ length: EACH }, () => ({ className: name, carrier, ...carry(make(dice)) }));
    }),
  );
}

/** How many characters in a row count as a part of a secret. */
const PART = 8;

/**
 * Whether something of a planted secret is still there: any eight characters of it in a row, or all of a shorter one. Line breaks and
 * spaces at the ends are no part of it.
 */
export function survives(masked: string, trace: string): boolean {
  const parts =
    trace.length <= PART
      ? [trace]
      : Array.from({ length: trace.length - PART + 1 }, (_, at) => trace.slice(at, at + PART));
  return parts.some((part) => part.trim().length === Math.min(PART, trace.length) && masked.includes(part));
}
