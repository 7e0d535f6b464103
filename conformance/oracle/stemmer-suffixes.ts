/** A suffix of steps 2 to 4 and what replaces it. */
export interface SuffixRule {
  readonly suffix: string;
  readonly replacement: string;
  /** What the text before the suffix has to match. */
  readonly behind?: RegExp;
  /** The suffix has to be in R2 too. */
  readonly inR2?: boolean;
}

/** Rules from "suffix, suffix → replacement" lines. */
function rules(...lines: string[]): SuffixRule[] {
  return lines.flatMap((line) => {
    const [suffixes = "", replacement = ""] = line.split("→");
    return suffixes.split(",").map((suffix) => ({ suffix: suffix.trim(), replacement: replacement.trim() }));
  });
}

export const STEP_2: readonly SuffixRule[] = [
  ...rules("tional → tion", "enci → ence", "anci → ance", "abli → able", "entli → ent", "izer, ization → ize"),
  ...rules("ational, ation, ator → ate", "alism, aliti, alli → al", "fulness, fulli → ful", "ousli, ousness → ous"),
  ...rules("iveness, iviti → ive", "biliti, bli → ble", "ogist → og", "lessli → less"),
  { suffix: "ogi", replacement: "og", behind: /l$/ },
  { suffix: "li", replacement: "", behind: /[cdeghkmnrt]$/ },
];

export const STEP_3: readonly SuffixRule[] = [
  ...rules("tional → tion", "ational → ate", "alize → al", "icate, iciti, ical → ic", "ful, ness →"),
  { suffix: "ative", replacement: "", inR2: true },
];

export const STEP_4: readonly SuffixRule[] = [
  ...rules("al, ance, ence, er, ic, able, ible, ant, ement, ment, ent, ism, ate, iti, ous, ive, ize →"),
  { suffix: "ion", replacement: "", behind: /[st]$/ },
];
