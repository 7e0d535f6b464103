/** Ranks a judged collection, with all settings as they come. */
import { Capsule } from "speckit-capsule";
import { qualityOf, readJudgements } from "./ranking-quality.mjs";
import { documentsOf, parameters, print, readLines, removeAll } from "./support.mjs";

const { documentsFile, queriesFile, judgementsFile, path, depth } = parameters;
removeAll(path);
const capsule = await Capsule.create(path, { specId: "BENCH" });
const documents = documentsOf(documentsFile);
const uris = await capsule.putMany(documents);
await capsule.commit();
const names = new Map(uris.map((uri, i) => [uri, documents[i].target.path]));
const figures = await qualityOf(readLines(queriesFile), readJudgements(judgementsFile), async (text) => {
  const { hits } = await capsule.search(text, { limit: depth, snippets: false });
  return hits.map(({ uri }) => names.get(uri));
});
await capsule.close();
print(figures);
