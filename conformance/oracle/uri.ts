import { decodeText } from "./bytes.js";
import { demand } from "./failure.js";

const SCHEME = "mv2://";
/** Limit on a URI, in bytes (part 11). */
export const MAX_URI_BYTES = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: part 11 forbids exactly these
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Checks the limits of part 11 and returns the URI as text. Throws `corrupt`. */
export function checkUri(bytes: Uint8Array, offset?: number): string {
  demand(bytes.length <= MAX_URI_BYTES, `a URI has ${bytes.length} bytes`, offset);
  const uri = decodeText(bytes, "a URI", offset);
  demand(uri.startsWith(SCHEME), `URI ${JSON.stringify(uri)} does not begin with ${SCHEME}`, offset);
  for (const component of uri.slice(SCHEME.length).split("/")) checkComponent(component, uri, offset);
  return uri;
}

/** A workspace id is one component of a URI. */
export function checkWorkspaceId(id: string, offset?: number): void {
  demand(!id.includes("/"), `workspace id ${JSON.stringify(id)} holds a slash`, offset);
  checkComponent(id, id, offset);
}

function checkComponent(component: string, whole: string, offset?: number): void {
  const fine = component !== "" && component !== "." && component !== ".." && !FORBIDDEN.test(component);
  demand(fine, `${JSON.stringify(whole)} holds a component that is not allowed: ${JSON.stringify(component)}`, offset);
}
