/** Begins an age file for a passphrase, which derives a key with scrypt, and derives one with node:crypto, in turn. */
import { scryptSync } from "node:crypto";
import { encryptTo } from "speckit-capsule/age";
import { print, quantile } from "./support.mjs";

const PASSES = 3;
const [ours, host] = [[], []];
for (let pass = 0; pass <= PASSES; pass++) {
  const startedAt = performance.now();
  encryptTo(() => undefined, { passphrase: "correct horse", workFactor: 18 }).abort();
  const begunAt = performance.now();
  scryptSync("correct horse", "salt of sixteen.", 32, { N: 2 ** 18, r: 8, p: 1, maxmem: 2 ** 29 });
  if (pass === 0) continue;
  ours.push(begunAt - startedAt);
  host.push(performance.now() - begunAt);
}
print({ oursMs: quantile(ours, 0.5), hostMs: quantile(host, 0.5) });
