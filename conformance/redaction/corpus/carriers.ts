/** The ways in which a text gets into a capsule: as it is, encoded, and as a member of something larger. */

import type { JsonValue } from "../../../runtimes/contract.js";
import type { Plant } from "./plant.js";

/** A text or value that holds something, and what of it must not be there after masking. */
export interface Carried {
  readonly value: JsonValue;
  /** In the form that it has in `value`. */
  readonly trace: string;
}

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
const escaped = (text: string) => JSON.stringify(text).slice(1, -1);

/** As JavaScript and Python write what isn't ASCII, and some writers more: characters by their number. */
const numbered = (text: string) =>
  [...text]
    .map((each) => (/[a-z0-9]/i.test(each) ? each : `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`))
    .join("");

const wrapped = (text: string, width: number) => (text.match(new RegExp(`.{1,${width}}`, "g")) as string[]).join("\n");

/** A text in prose before and after. */
const inProse = (text: string) => `Notes of the run.\n\n${text}\n\nNothing else was changed.`;

export const carriers: Readonly<Record<string, (plant: Plant) => Carried>> = {
  plain: ({ text, secret }) => ({ value: inProse(text), trace: secret }),
  "escaped JSON": ({ text, secret }) => ({
    value: `{"level":"info","message":"${escaped(text)}","attempt":2}`,
    trace: escaped(secret),
  }),
  "twice escaped JSON": ({ text, secret }) => ({
    value: JSON.stringify({ body: JSON.stringify({ message: text }) }),
    trace: escaped(escaped(secret)),
  }),
  "JSON with \\u escapes": ({ text, secret }) => ({
    value: `{"message":"${numbered(text)}"}`,
    trace: numbered(secret),
  }),
  URL: ({ text, secret }) => ({
    value: `GET https://app.internal.test/cb?state=7&note=${encodeURIComponent(text)}&page=2 200`,
    trace: encodeURIComponent(secret),
  }),
  base64: ({ text }) => ({ value: `payload: ${base64(text)} (see above)`, trace: base64(text) }),
  "base64 over lines": ({ text }) => ({
    value: `Content-Transfer-Encoding: base64\n\n${wrapped(base64(inProse(text)), 76)}\n`,
    trace: wrapped(base64(inProse(text)), 76),
  }),
  attributes: ({ text, secret }) => ({ value: { attempt: 2, labels: { origin: ["ci", text] } }, trace: secret }),
  "event payload": ({ text, secret }) => ({
    value: { error_code: "E1", message: `failed: ${text}`, severity: "error", recoverable: false },
    trace: secret,
  }),
  "tool input": ({ text, secret }) => ({
    value: { call_id: "c1", tool_name: "bash", input: { command: text, env: { CI: "1" } } },
    trace: secret,
  }),
  "tool output": ({ text, secret }) => ({
    value: { call_id: "c1", tool_name: "bash", success: true, output: { stdout: `$ run\n${text}\ndone`, code: 0 } },
    trace: secret,
  }),
};
