/**
 * Runs the package's topics, and those that need more than the package, in whatever runtime this is started in; prints a JSON report:
 * topic → case → digest.
 */
import { errorCases, runTopics, topics } from "speckit-capsule/conformance";
import { maskingCorpus } from "./masking.mjs";

const [folder] = globalThis.Deno?.args ?? process.argv.slice(2);

/** Errors whole, without the paths of this run: their texts are the same everywhere too. */
const errorTexts = {
  name: "error-texts",
  cases: errorCases(({ code, message }, place) => [code, message.replaceAll(place.folder, "")]),
};

console.log(JSON.stringify(await runTopics({ folder }, { topics: [...topics, errorTexts, maskingCorpus] })));
