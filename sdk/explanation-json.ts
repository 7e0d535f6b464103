/** How scores came about, in the JSON that is printed and recorded: members in snake case, figures exactly as they are. */

import type { HitExplanation, QueryTerm } from "./hits.js";

/** The terms of a query. */
export function termsJson(terms: readonly QueryTerm[]) {
  return terms.map(({ term, queryFrequency, documentFrequency, idf }) => ({
    term,
    query_frequency: queryFrequency,
    document_frequency: documentFrequency,
    idf,
  }));
}

/** One hit's explanation. */
export function explanationJson({ terms, titleLength, bodyLength }: HitExplanation) {
  return {
    terms: terms.map(({ term, titleFrequency, bodyFrequency, saturation, contribution }) => ({
      term,
      title_frequency: titleFrequency,
      body_frequency: bodyFrequency,
      saturation,
      contribution,
    })),
    title_length: titleLength,
    body_length: bodyLength,
  };
}
