/** How a search came to its hits, as a `RetrievalResponse` keeps it: enough to compare a second search with it bit by bit. */

import type { JsonObject } from "../../runtimes/contract.js";
import { explanationJson, termsJson } from "../explanation-json.js";
import type { HitExplanation, SearchResult } from "../hits.js";

/**
 * The member `explainability` of a search's response. Its figures are functions of the documents alone, and stand in it
 * exactly: canonical JSON gives each number back as it was.
 */
export function explainability(result: SearchResult): JsonObject {
  const explanations = result.hits.map(({ explanation }) => explanation);
  return {
    results_digest: result.resultsDigest,
    document_count: result.documentCount,
    average_title_length: result.averageTitleLength,
    average_body_length: result.averageBodyLength,
    terms: termsJson(result.terms),
    ...(explanations.includes(undefined) ? {} : { hits: (explanations as HitExplanation[]).map(explanationJson) }),
  };
}
