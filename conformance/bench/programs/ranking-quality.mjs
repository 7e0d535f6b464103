/** How good rankings are, by what people judged relevant: as trec_eval computes it, with the grades as gains. */
import { readFileSync } from "node:fs";

/** Grades above 0 by document, by query. `file`: query, document and grade a line, with a line of headings. */
export function readJudgements(file) {
  const judgements = new Map();
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n").slice(1)) {
    const [query, document, grade] = line.split("\t");
    if (!(Number(grade) > 0)) continue;
    if (!judgements.has(query)) judgements.set(query, new Map());
    judgements.get(query).set(document, Number(grade));
  }
  return judgements;
}

const discounted = (gains) => gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);

/** Of one ranking, best first, its documents in no place twice; `grades` as {@link readJudgements} has them. */
export function rankingQuality(ranking, grades) {
  const gains = ranking.slice(0, 10).map((document) => grades.get(document) ?? 0);
  const ideal = [...grades.values()].sort((a, b) => b - a).slice(0, 10);
  let [found, precisions, foundEarly] = [0, 0, 0];
  for (const [index, document] of ranking.entries()) {
    if (!grades.has(document)) continue;
    found++;
    precisions += found / (index + 1);
    if (index < 100) foundEarly++;
  }
  return {
    ndcg10: discounted(gains) / discounted(ideal),
    map: precisions / grades.size,
    recall100: foundEarly / grades.size,
  };
}

/** Means over the queries that have something relevant. `search` gives the names of documents, best first. */
export async function qualityOf(queries, judgements, search) {
  const sums = { ndcg10: 0, map: 0, recall100: 0 };
  const judged = queries.filter(({ id }) => judgements.has(id));
  for (const { id, text } of judged) {
    const quality = rankingQuality(await search(text), judgements.get(id));
    for (const name of Object.keys(sums)) sums[name] += quality[name] / judged.length;
  }
  return sums;
}
