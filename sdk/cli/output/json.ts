/** The one JSON document that a command prints with `--json`. */

import type { OutputBody, OutputName } from "../../schema/output.js";
import { TOOL_VERSION } from "../version.js";

const SCHEMA_VERSION = 1;

/** Controls that JSON permits unescaped and terminals obey. */
const UNESCAPED_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/** The document as text with a line end; on one line unless `indented`. */
export function jsonDocument<Name extends OutputName>(body: OutputBody<Name>, indented: boolean): string {
  const document = { schema_version: SCHEMA_VERSION, tool_version: TOOL_VERSION, ...body };
  const text = JSON.stringify(document, null, indented ? 2 : 0);
  return `${text.replace(UNESCAPED_CONTROLS, escapeCharacter)}\n`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
