/** Stores artifacts of bytes that can't be compressed. */
import { randomFillSync } from "node:crypto";
import { Capsule } from "speckit-capsule";
import { parameters, print, removeAll } from "./support.mjs";

const { path, run, count, artifactBytes } = parameters;
removeAll(path);
const capsule = await Capsule.create(path, run);

for (let number = 0; number < count; number++) {
  await capsule.put({ path: `artifact-${number}.bin` }, randomFillSync(new Uint8Array(artifactBytes)));
  await capsule.commit();
}
await capsule.close();
print({});
