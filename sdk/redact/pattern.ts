/** A rule that is a regular expression, and where it is tried. */

/**
 * Every quantifier of a rule's expression is bounded, so that the steps of a try are. It is tried at the places that its anchors give and
 * nowhere else, so that a text without any costs one look at each of its characters.
 */
export interface Pattern {
  readonly rule: string;
  /** With the flags `d` and `y`. The first of the groups `it`, `quoted`, `single` and `bare` that matched is what is masked, else all. */
  readonly expression: RegExp;
  readonly anchors: Anchors;
  /** Whether a match counts: check digits, placeholders, what stands before it. */
  readonly accepts?: (found: string, match: RegExpExecArray) => boolean;
}

/** Where a match may begin for a literal at `at`; -1 if nowhere. Not before `from`: what is before belongs to the match before. */
export type StartAtLiteral = (codes: Uint8Array, at: number, from: number) => number;

/** Where a match may begin for a run of `length` digits at `at`; -1 if nowhere. */
export type StartAtDigits = (codes: Uint8Array, at: number, length: number) => number;

/** Literals that every match holds one of, or runs of digits. */
export type Anchors =
  | {
      /** Without the expression's flag `i` they are found as they are written; with it, they are in lower case and found in any. */
      readonly literals: readonly string[];
      /** Default: at the literal. */
      readonly startOf?: StartAtLiteral;
    }
  | {
      readonly digits: StartAtDigits;
      /** Words in lower case, one of which must begin at most {@link NEAR_UNITS} before the number. */
      readonly words?: readonly string[];
    };

/** Units before a number in which a word may say what it is. */
export const NEAR_UNITS = 48;

/** The part of a match that is masked: `[start, end]`. */
export function maskedRange(match: RegExpExecArray): readonly [number, number] {
  const groups = match.indices?.groups;
  const named = groups?.["it"] ?? groups?.["quoted"] ?? groups?.["single"] ?? groups?.["bare"];
  return named ?? [match.index, match.index + match[0].length];
}
