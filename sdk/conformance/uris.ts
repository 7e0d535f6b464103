/** URIs: which are accepted, what they are made of, and in which order they are listed. */

import { formatUri, isUri, parseUri, type UriParts } from "../uri.js";
import { create, fileDigest, listAll } from "./fixed.js";
import type { Case, Topic } from "./topic.js";

const components = [
  "a",
  "",
  ".",
  "..",
  "...",
  "run_a",
  "é",
  "e\u0301",
  "\u{1f600}",
  "\ufeff",
  "\ufffd",
  "a b",
  "%2f",
  "A",
  "policy",
];

function answer(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? "no code";
  }
}

const grammar: Case = async () =>
  components.flatMap((spec) =>
    components.flatMap((path) => {
      const uri = `mv2://default/${spec}/r/artifact/x/${path}`;
      const parts: UriParts = { workspaceId: "default", specId: spec, runId: path, type: "card", path: "p" };
      return [isUri(uri), answer(() => parseUri(uri)), answer(() => formatUri(parts))];
    }),
  );

const everyUnit: Case = async () => {
  const accepted: number[] = [];
  for (let unit = 0; unit < 0x10000; unit++) {
    if (isUri(`mv2://default/s/r/artifact/${String.fromCharCode(unit)}`)) accepted.push(unit);
  }
  return accepted;
};

/** By the bytes of UTF-8, which isn't the order of UTF-16. */
const order: Case = async (place) => {
  const capsule = await create(place, 11);
  for (const path of ["\u{10000}", "\uffff", "\ue000", "z", "Z", "é", "e\u0301", "a/b", "a.b", "a", "ab", "東"]) {
    await capsule.put({ path }, path);
  }
  await capsule.commit();
  const listed = await listAll(capsule);
  await capsule.close();
  return [listed.map(([uri]) => uri), fileDigest(place)];
};

export const uris: Topic = {
  name: "uris",
  cases: { grammar, "every UTF-16 unit": everyUnit, "order of listing": order },
};
