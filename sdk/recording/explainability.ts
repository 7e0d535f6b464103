/** How a search came to its hits, as a `RetrievalResponse` keeps it: enough to compare a second search with it bit by bit. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
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
    terms: result.terms.map(({ term, queryFrequency, documentFrequency, idf }) => ({
      term,
      query_frequency: queryFrequency,
      document_frequency: documentFrequency,
      idf,
    })),
    ...(explanations.includes(undefined) ? {} : { hits: (explanations as HitExplanation[]).map(describeHit) }),
  };
}

function describeHit({ terms, titleLength, bodyLength }: HitExplanation): JsonValue {
  return {
    title_length: titleLength,
    body_length: bodyLength,
    terms: terms.map(({ term, titleFrequency, bodyFrequency, saturation, contribution }) => ({
      term,
      title_frequency: titleFrequency,
      body_frequency: bodyFrequency,
      saturation,
      contribution,
    })),
  };
}
