import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { innocentTexts, plantedTexts } from "./redaction/corpus/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Makes an empty project in `folder`, and installs the packed package in it with npm as a user would. */
export function installPackage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const packed = JSON.parse(npm(root, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder])) as unknown;
  const tarball = join(folder, tarballName(packed));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  npm(folder, ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts", tarball]);
}

/** A project with the package installed and the cases beside it. Answers the folder of the cases. */
export function makeProject(folder: string): string {
  installPackage(folder);
  const cases = join(folder, "cases");
  cpSync(join(root, "conformance", "cases"), cases, { recursive: true });
  const corpus = [...plantedTexts(), ...innocentTexts()].map(({ value }) => value);
  writeFileSync(join(cases, "masking-corpus.json"), JSON.stringify(corpus));
  return cases;
}

/** `npm pack --json` lists what it packed, newer versions of npm by name. */
function tarballName(packed: unknown): string {
  const entries = Object.values(packed as Record<string, { filename: string }>);
  const name = entries[0]?.filename;
  if (!name) throw new Error(`npm pack didn't say what it made: ${JSON.stringify(packed)}`);
  return name.replace("@", "").replace("/", "-");
}

function npm(folder: string, args: string[]): string {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
