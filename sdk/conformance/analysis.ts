/** Text analysis: the terms of texts and queries, over all of Unicode. */

import type { AnalyzerName } from "../options.js";
import { create, fileDigest } from "./fixed.js";
import type { Case, Place, Topic } from "./topic.js";

/** The planes that have characters; the private ones are like any that is unassigned. */
const PLANES = [0, 1, 2, 3, 14];
const BLOCK = 256;

/** All characters of the planes in texts of one block each; every character stands by itself and beside its neighbour. */
function* blocksOfUnicode(): Generator<{ readonly name: string; readonly text: string }> {
  for (const plane of PLANES) {
    for (let first = plane << 16; first < (plane + 1) << 16; first += BLOCK) {
      if (first >= 0xd800 && first < 0xe000) continue;
      const characters = Array.from({ length: BLOCK }, (_, i) => String.fromCodePoint(first + i));
      yield { name: first.toString(16), text: `${characters.join(" ")} a${characters.join("")}b` };
    }
  }
}

/** The index holds every term with its places: its bytes tell of all of them. */
const everyCharacter = (analyzer: AnalyzerName): Case => {
  return async (place: Place) => {
    const capsule = await create(place, 12, { analyzer });
    for (const { name, text } of blocksOfUnicode()) await capsule.put({ path: `${name}.txt` }, text);
    await capsule.commit();
    await capsule.close();
    return fileDigest(place);
  };
};

const texts = [
  "Running runners ran; the relational operators' hopefulness was generously conditioned.",
  "HTTPServer parseHTML2Text snake_case kebab-case v1.2.3-rc.1 0xFF 3.14 1,000 user@example.org",
  "don't won\u2019t l'été O\u2019Neill rock\u2019n\u2019roll ",
  "Straße STRASSE ﬁne ﬂow Ⅷ ½ K \u212a Å \u212b ſharp",
  "ΑΘΗΝΑ Αθήνα ΣΊΣΥΦΟΣ σίσυφος İstanbul ISTANBUL ıstanbul",
  "東京都庁 検索エンジン ｶﾀｶﾅ カタカナ ひらがな 한국어 검색 ภาษาไทย ភាសាខ្មែរ မြန်မာ",
  "e\u0301tude é\u0323 \u1112\u1161\u11ab 👩‍👩‍👧 🇩🇪 a\u200db a\u00adb \ufeffx",
  "العَرَبِيَّة עִבְרִית हिन्दी தமிழ் ქართული ՀԱՅԵՐԵՆ ᏣᎳᎩ Ԁ𐐀𐐨",
];

/** The terms of queries, and that their documents are found by them. */
const terms: Case = async (place) => {
  const told: unknown[] = [];
  for (const analyzer of ["english", "plain"] as const) {
    const capsule = await create(place, 13, { analyzer }, `${analyzer}.mv2`);
    for (const [index, text] of texts.entries()) await capsule.put({ path: `${index}.md` }, text);
    await capsule.commit();
    for (const query of texts) told.push(await capsule.search(query, { explain: true, count: true }));
    await capsule.close();
  }
  return told;
};

export const analysis: Topic = {
  name: "analysis",
  cases: {
    "every character, in English": everyCharacter("english"),
    "every character, plain": everyCharacter("plain"),
    "terms of texts": terms,
  },
};
