/** What other machines are made of: packages of the npm registry and of Debian, kept in a cache outside the repository. */

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 600_000;

/** `SPECKIT_MACHINES_CACHE`, or a folder of the user's cache. */
export const cacheFolder =
  process.env["SPECKIT_MACHINES_CACHE"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "speckit-capsule", "machines");

/** Makes `name` in the cache, once: `fill` gets a folder that becomes it when all went well. */
async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder, name);
  if (existsSync(target)) return target;
  mkdirSync(cacheFolder, { recursive: true });
  const folder = mkdtempSync(join(cacheFolder, "partial-"));
  try {
    await fill(folder);
    renameSync(folder, target);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return target;
}

/**
 * The files of an npm package, without its dependencies and scripts. Packages for another machine can't be installed here; packing
 * them is allowed anywhere, and npm checks what it gets against the registry's hash.
 */
export async function npmPackage(specifier: string): Promise<string> {
  const folder = await cached(`npm-${specifier.replaceAll(/[@/]/g, "_")}`, async (partial) => {
    await run("npm", ["pack", "--silent", specifier], { cwd: partial, timeout: TIMEOUT_MS });
    const [tarball = ""] = readdirSync(partial).filter((name) => name.endsWith(".tgz"));
    await run("tar", ["xzf", tarball], { cwd: partial, timeout: TIMEOUT_MS });
    rmSync(join(partial, tarball));
  });
  return join(folder, "package");
}

/** A root folder with the files of Debian packages, unpacked and not installed: no root is needed. */
export function debianRoot(name: string, packages: readonly string[]): Promise<string> {
  return cached(`debian-${name}`, async (partial) => {
    await run("apt-get", ["download", ...packages], { cwd: partial, timeout: TIMEOUT_MS });
    for (const file of readdirSync(partial).filter((each) => each.endsWith(".deb"))) {
      await run("dpkg", ["-x", file, "."], { cwd: partial, timeout: TIMEOUT_MS });
      rmSync(join(partial, file));
    }
  });
}
