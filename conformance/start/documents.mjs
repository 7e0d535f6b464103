import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Which files of an installed package are prose or declarations that a person would search. */
const isText = (name) =>
  /\.(md|markdown|txt|d\.ts|d\.mts|d\.cts)$/i.test(name) || /^(LICEN[CS]E|README|CHANGELOG)/i.test(name);

const MAX_FILE_BYTES = 1 << 20;

/** Paths of all text documents below a folder, "/" between the parts, in byte order: the same on every machine with the same packages. */
export function findDocuments(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isText(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !/node_modules[\\/]\./.test(path) && statSync(path).size <= MAX_FILE_BYTES)
    .map((path) => path.slice(folder.length + 1).replaceAll("\\", "/"));
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** A document to put: its title is the first heading of a Markdown file, else its path. */
export function readDocument(folder, path) {
  const content = readFileSync(join(folder, path), "utf8").toWellFormed?.() ?? readFileSync(join(folder, path), "utf8");
  const heading = /\.(md|markdown)$/i.test(path) ? /^#\s+(.{1,200})$/m.exec(content)?.[1] : undefined;
  return { target: { path }, content, title: (heading ?? path).trim().slice(0, 200) };
}
