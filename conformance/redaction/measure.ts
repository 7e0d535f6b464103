/** How much of the corpus a masker finds, and what it masks for nothing. */

import type { JsonValue } from "../../runtimes/contract.js";
import type { Masker } from "../../sdk/redact/masker.js";
import {
  hardTexts,
  type Innocent,
  innocentTexts,
  type Planted,
  plantedTexts,
  readableText,
  survives,
} from "./corpus/index.js";

/** Found of all, for one class or carrier. */
export interface Rate {
  found: number;
  all: number;
}

export interface Measurement {
  readonly byClass: ReadonlyMap<string, Rate>;
  readonly byCarrier: ReadonlyMap<string, Rate>;
  readonly missed: readonly (Planted & { readonly masked: string })[];
  readonly falsePositives: readonly (Innocent & { readonly masked: string })[];
  readonly planted: number;
  readonly innocent: number;
}

function maskValue(masker: Masker, value: JsonValue): { masked: string; findings: number } {
  if (typeof value === "string") {
    const { text, findings } = masker.maskText(value);
    return { masked: text, findings: findings.length };
  }
  const { value: masked, findings, uriFindings } = masker.maskJson(value);
  return { masked: readableText(masked).join("\n"), findings: findings.length + uriFindings.length };
}

/** Masks the corpus and compares. */
export function measure(masker: Masker): Measurement {
  const byClass = new Map<string, Rate>();
  const byCarrier = new Map<string, Rate>();
  const missed: (Planted & { masked: string })[] = [];
  const planted = plantedTexts();
  for (const each of planted) {
    const { masked } = maskValue(masker, each.value);
    const isGone = !survives(masked, each);
    if (!isGone) missed.push({ ...each, masked });
    count(byClass, each.className, isGone);
    count(byCarrier, each.carrier, isGone);
  }
  const innocent = innocentTexts();
  const falsePositives = innocent.flatMap((each) => {
    const { masked, findings } = maskValue(masker, each.value);
    return findings > 0 ? [{ ...each, masked }] : [];
  });
  return { byClass, byCarrier, missed, falsePositives, planted: planted.length, innocent: innocent.length };
}

/** How many texts of each hard kind are masked. */
export function measureHard(masker: Masker): ReadonlyMap<string, Rate> {
  const byKind = new Map<string, Rate>();
  for (const each of hardTexts()) count(byKind, each.kind, !survives(masker.maskText(each.value).text, each));
  return byKind;
}

function count(rates: Map<string, Rate>, name: string, isFound: boolean): void {
  const rate = rates.get(name) ?? { found: 0, all: 0 };
  rate.found += isFound ? 1 : 0;
  rate.all++;
  rates.set(name, rate);
}
