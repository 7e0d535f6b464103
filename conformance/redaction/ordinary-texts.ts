/** Texts as runs hold them, for measuring speed: this project's own source code and documents, and events. */

import { readdirSync, readFileSync } from "node:fs";
import { innocentTexts } from "./corpus/index.js";

/** The files of a folder of this project, as one text. */
function filesOf(folder: string, ending: string): string {
  const root = new URL(`../../${folder}/`, import.meta.url);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(new URL(name, root), "utf8")).join("\n");
}

/** Events of a run, one a line: their payloads hold source code. */
function eventLines(): string {
  const lines = filesOf("sdk/schema", ".ts").match(/(?:.*\n){1,20}/g) ?? [];
  return lines
    .map((stdout, index) =>
      JSON.stringify({
        type: "ToolResult",
        payload: { call_id: `c${index}`, success: true, output: { stdout, code: 0 } },
      }),
    )
    .join("\n");
}

const DOCUMENT_UNITS = 20_000;

/** Documents of ordinary text of so many UTF-16 code units together, no two the same. */
export function* ordinaryDocuments(totalUnits: number): Iterable<string> {
  const texts = Object.values(ordinaryTexts());
  for (let done = 0, index = 0; done < totalUnits; index++) {
    const text = texts[index % texts.length] as string;
    const from = (index * 7919) % Math.max(1, text.length - DOCUMENT_UNITS);
    const document = `Document ${index}\n${text.slice(from, from + DOCUMENT_UNITS)}`;
    done += document.length;
    yield document;
  }
}

/** A text of each kind. */
export function ordinaryTexts(): Readonly<Record<string, string>> {
  const innocent = innocentTexts().map(({ value }) => (typeof value === "string" ? value : JSON.stringify(value)));
  return {
    "source code": filesOf("sdk", ".ts"),
    Markdown: filesOf("docs", ".md"),
    "events as JSON": eventLines(),
    "innocent texts of the corpus": innocent.join("\n"),
  };
}
