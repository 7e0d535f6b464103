/** What the Deno shim does without permissions: prints JSON. The argument is a directory that may be read only. */

import process from "node:process";
import { runtime } from "#runtime";
import { RuntimeError } from "../contract.js";

function failure(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof RuntimeError ? [error.code, error.permissionFlag ?? null] : String(error);
  }
}

const { files, locks, environment } = runtime;
const [directory = ""] = process.argv.slice(2);
const path = `${directory}/a`;
let lockFailure: unknown = null;
try {
  await locks.acquire(path, { metadata: {} });
} catch (error) {
  lockFailure = failure(() => {
    throw error;
  });
}
const report = {
  read: failure(() => files.open(path, { mode: "read" }).close()),
  write: failure(() => files.open(path, { mode: "write" })),
  create: failure(() => files.open(`${directory}/b`, { mode: "create-exclusive" })),
  writeFile: failure(() => files.writeFile(path, new Uint8Array(1))),
  rename: failure(() => files.rename(path, `${directory}/c`)),
  remove: failure(() => files.remove(path)),
  makeDirectory: failure(() => files.makeDirectory(`${directory}/d`)),
  elsewhere: failure(() => files.list("/")),
  lock: lockFailure,
  kind: await locks.kind(),
  environment: [
    environment.hostName(),
    environment.userName(),
    environment.homeDirectory(),
    environment.variable("PATH"),
  ],
};
console.log(JSON.stringify(report));
