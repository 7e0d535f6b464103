/**
 * The corpus: secrets and personal data made from their documented forms, in every carrier, and texts that hold none. It was written from
 * the documents that its classes name, before the rules that it measures.
 */

import type { JsonValue } from "../../../runtimes/contract.js";
import { type Carried, carriers } from "./carriers.js";
import { Dice } from "./dice.js";
import { personalClasses } from "./personal.js";
import type { PlantClass } from "./plant.js";
import { secretClasses } from "./secrets.js";

export { type HardPlant, hardTexts } from "./hard.js";
export { type Innocent, innocentTexts } from "./innocent.js";

/** A secret in a carrier. */
export interface Planted extends Carried {
  readonly className: string;
  readonly carrier: string;
  /** What can be read in the value beside the trace. */
  readonly around: string;
}

const EACH = 3;

export const plantClasses: readonly PlantClass[] = [...secretClasses, ...personalClasses];
export const carrierNames = Object.keys(carriers);

/** Several of each class in each carrier. */
export function plantedTexts(): Planted[] {
  return plantClasses.flatMap(({ name, make }) =>
    Object.entries(carriers).flatMap(([carrier, carry]) => {
      const dice = new Dice(`${name} in ${carrier}`);
      return Array.from({ length: EACH }, () => plantedOf(name, carrier, carry(make(dice))));
    }),
  );
}

function plantedOf(className: string, carrier: string, carried: Carried): Planted {
  return { className, carrier, around: readableText(carried.value).join("\n").replace(carried.trace, ""), ...carried };
}

/** All strings of a value, keys too: what can be read in it. */
export function readableText(value: JsonValue): string[] {
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, member]) => [key, ...readableText(member as JsonValue)]);
}

/** How many characters in a row count as a part of a secret. */
const PART = 8;

/**
 * Whether something of a planted secret is still there: any eight characters of it in a row, or all of a shorter one. What stands in the
 * words around it as well (`https://`, a word of prose in the same base64) is no part of it.
 */
export function survives(masked: string, { trace, around }: Pick<Planted, "trace" | "around">): boolean {
  const width = Math.min(PART, trace.length);
  for (let at = 0; at + width <= trace.length; at++) {
    const part = trace.slice(at, at + width);
    if (masked.includes(part) && !around.includes(part)) return true;
  }
  return false;
}
