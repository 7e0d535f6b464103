/** Verifies a capsule deeply, and hashes the same file with SHA-256, in turn. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { parameters, print, quantile } from "./support.mjs";

const { path } = parameters;
const PASSES = 5;
const PIECE_BYTES = 1 << 20;

function sha256() {
  const file = openSync(path, "r");
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE_BYTES);
  for (let n = readSync(file, piece, 0, piece.length, null); n > 0; n = readSync(file, piece, 0, piece.length, null)) {
    hash.update(piece.subarray(0, n));
  }
  closeSync(file);
  return hash.digest("hex");
}

async function verify() {
  const capsule = await Capsule.open(path);
  const findings = await capsule.doctor({ deep: true, index: false });
  await capsule.close();
  if (findings.length !== 1 || findings[0].level !== "ok") throw new Error(`Not healthy: ${JSON.stringify(findings)}`);
}

const [ours, theirs] = [[], []];
for (let pass = 0; pass <= PASSES; pass++) {
  const startedAt = performance.now();
  await verify();
  const verifiedAt = performance.now();
  sha256();
  const hashedAt = performance.now();
  if (pass === 0) continue;
  ours.push(verifiedAt - startedAt);
  theirs.push(hashedAt - verifiedAt);
}
const megabytes = statSync(path).size / 1e6;
print({
  oursMBPerSecond: (megabytes / quantile(ours, 0.5)) * 1000,
  sha256MBPerSecond: (megabytes / quantile(theirs, 0.5)) * 1000,
});
