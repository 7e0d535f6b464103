/** Puts artifacts with one commit, then gets each once in another order: the index is warm, the contents aren't. */
import { Capsule } from "speckit-capsule";
import { documentsOf, parameters, print, removeAll, shuffled } from "./support.mjs";

const { documentsFile, path } = parameters;
const encoder = new TextEncoder();
const documents = documentsOf(documentsFile).map(({ target, content }) => ({
  target,
  content: encoder.encode(content),
  index: false,
}));
removeAll(path);
const writer = await Capsule.create(path, { specId: "BENCH" });
const putStartedAt = performance.now();
const uris = await writer.putMany(documents);
await writer.commit();
const putSeconds = (performance.now() - putStartedAt) / 1000;
await writer.close();

const capsule = await Capsule.open(path);
for (const uri of uris) await capsule.resolve(uri);
const order = shuffled(uris);
const getStartedAt = performance.now();
for (const uri of order) await capsule.get(uri);
const getSeconds = (performance.now() - getStartedAt) / 1000;
await capsule.close();
print({ putsPerSecond: documents.length / putSeconds, getsPerSecond: order.length / getSeconds });
