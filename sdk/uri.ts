/**
 * `mv2://` URIs: their grammar, checked here, and the functions that make them. The only spelling that is accepted is
 * the one that is stored: there is no percent-decoding, no case folding, no Unicode normalisation.
 *
 *     mv2://<workspace>/<spec>/<run>/<type>/<path>     type: artifact event checkpoint policy card edge
 *     mv2://<workspace>/<kind>/<id>                    kind: policy checkpoint event; belongs to no run
 */

import { CapsuleError, describeValue } from "./errors.js";

declare const uriBrand: unique symbol;

/** A URI that was checked. Every call that takes a URI takes a plain string as well and checks it. */
export type Uri = string & { readonly [uriBrand]: "Uri" };

export const uriTypes = ["artifact", "event", "checkpoint", "policy", "card", "edge"] as const;
export type UriType = (typeof uriTypes)[number];

/** What a workspace-wide URI can be; for that reason no spec may have one of these names. */
export const workspaceTypes = ["policy", "checkpoint", "event"] as const;
export type WorkspaceType = (typeof workspaceTypes)[number];

/** Where things lie that were put without spec and run. */
export const DEFAULT_SPEC = "workspace";
export const DEFAULT_RUN = "main";

/** The longest URI, in bytes of UTF-8. */
export const MAX_URI_BYTES = 1024;

/** A URI taken apart. `specId` and `runId` are null together, in a workspace-wide URI, whose path is one component. */
export interface UriParts {
  readonly workspaceId: string;
  readonly specId: string | null;
  readonly runId: string | null;
  readonly type: UriType;
  readonly path: string;
}

const SCHEME = "mv2://";
// C0, DEL and C1 controls, the two Unicode line ends, and (under the flag u) surrogates that stand alone.
const REFUSED = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff";
const COMPONENT = `(?!\\.{1,2}(?:/|$))[^/${REFUSED}]+`;
const RUN = `(?!run_)${COMPONENT}`;
const PATH = `${COMPONENT}(?:/${COMPONENT})*`;
const SPEC = `(?!(?:${workspaceTypes.join("|")})/)${COMPONENT}`;
const URI_PATTERN = new RegExp(
  `^${SCHEME}${COMPONENT}/(?:${SPEC}/${RUN}/(?:${uriTypes.join("|")})/${PATH}|(?:${workspaceTypes.join("|")})/${COMPONENT})$`,
  "u",
);
const COMPONENT_PATTERN = new RegExp(`^${COMPONENT}$`, "u");
const PATH_PATTERN = new RegExp(`^${PATH}$`, "u");
const REFUSED_PATTERN = new RegExp(`[${REFUSED}]`, "u");
const encoder = new TextEncoder();

/**
 * Checks a URI and returns it.
 *
 * @throws CapsuleError `InvalidUri`, saying what is wrong and at which character
 * @example checkUri("mv2://default/SPEC-1/abc/artifact/plan.md")
 */
export function checkUri(text: string): Uri {
  if (typeof text !== "string") throw invalidUri(text, 0, "it is not a string");
  // A UTF-16 unit is at most three bytes: short texts need no counting.
  if (!URI_PATTERN.test(text) || (text.length > MAX_URI_BYTES / 3 && byteLength(text) > MAX_URI_BYTES)) {
    throw explain(text);
  }
  return text as Uri;
}

/** Whether {@link checkUri} would accept it. */
export function isUri(text: string): text is Uri {
  return URI_PATTERN.test(text) && byteLength(text) <= MAX_URI_BYTES;
}

/** Takes a URI apart. @throws CapsuleError `InvalidUri` */
export function parseUri(text: string): UriParts {
  const [workspaceId = "", second = "", third = "", fourth = "", ...rest] = checkUri(text)
    .slice(SCHEME.length)
    .split("/");
  if (isWorkspaceType(second)) return { workspaceId, specId: null, runId: null, type: second, path: third };
  return { workspaceId, specId: second, runId: third, type: fourth as UriType, path: rest.join("/") };
}

/**
 * Puts a URI together; the run id is normalised first. @throws CapsuleError `InvalidUri`
 *
 * @example
 * formatUri({ workspaceId: "default", specId: "SPEC-1", runId: "run_abc", type: "artifact", path: "plan.md" });
 * // "mv2://default/SPEC-1/abc/artifact/plan.md"
 */
export function formatUri(parts: UriParts): Uri {
  const { workspaceId, specId, runId, type, path } = parts;
  if (specId === null && runId === null) return checkUri(`${SCHEME}${workspaceId}/${type}/${path}`);
  if (specId === null || runId === null) {
    throw new CapsuleError("InvalidUri", "Cannot make a URI: spec and run are given together or not at all", {
      hint: `What has neither lies under spec "${DEFAULT_SPEC}" and run "${DEFAULT_RUN}".`,
    });
  }
  return checkUri(`${SCHEME}${workspaceId}/${specId}/${normalizeRunId(runId)}/${type}/${path}`);
}

/**
 * The part of a URI before its path, checked once: many documents of one run share it. {@link appendPath} does the rest.
 */
export function uriPrefix(workspaceId: string, specId: string, runId: string, type: UriType): string {
  checkComponent(workspaceId, "workspace id");
  checkSpecId(specId);
  if (!uriTypes.includes(type)) throw invalidUri(type, 0, `its type is none of ${uriTypes.join(", ")}`);
  return `${SCHEME}${workspaceId}/${specId}/${normalizeRunId(runId)}/${type}/`;
}

/** `prefix` of {@link uriPrefix} with a path behind it. @throws CapsuleError `InvalidUri` */
export function appendPath(prefix: string, path: string): Uri {
  const uri = prefix + path;
  if (!PATH_PATTERN.test(path) || (uri.length > MAX_URI_BYTES / 3 && byteLength(uri) > MAX_URI_BYTES)) {
    throw explain(uri);
  }
  return uri as Uri;
}

/**
 * `run_abc` and `abc` are the same run, spelt `abc` everywhere. What still begins with `run_` then is refused, so that
 * no run has two spellings. @throws CapsuleError `InvalidUri`
 */
export function normalizeRunId(runId: string): string {
  const normal = typeof runId === "string" && runId.startsWith("run_") ? runId.slice(4) : runId;
  checkComponent(normal, "run id", runId);
  if (normal.startsWith("run_")) {
    throw new CapsuleError(
      "InvalidUri",
      `Cannot use the run id ${JSON.stringify(runId)}: "run_" stands before it twice`,
    );
  }
  return normal;
}

/** Checks a spec id: one component, not the name of a workspace-wide type. @throws CapsuleError `InvalidUri` */
export function checkSpecId(specId: string): string {
  checkComponent(specId, "spec id");
  if (isWorkspaceType(specId)) {
    throw new CapsuleError("InvalidUri", `Cannot use the spec id "${specId}": the name is reserved`, {
      hint: `${workspaceTypes.join(", ")} begin workspace-wide URIs.`,
    });
  }
  return specId;
}

/** Checks a workspace id: one component of at most 128 bytes. @throws CapsuleError `InvalidUri` */
export function checkWorkspaceId(workspaceId: string): string {
  checkComponent(workspaceId, "workspace id");
  if (byteLength(workspaceId) > 128) {
    throw new CapsuleError(
      "InvalidUri",
      `Cannot use a workspace id of ${byteLength(workspaceId)} bytes: at most 128 are allowed`,
    );
  }
  return workspaceId;
}

function isWorkspaceType(text: string): text is WorkspaceType {
  return (workspaceTypes as readonly string[]).includes(text);
}

function checkComponent(text: string, name: string, given: unknown = text): void {
  if (typeof text === "string" && COMPONENT_PATTERN.test(text)) return;
  throw new CapsuleError("InvalidUri", `Cannot use the ${name} ${describeValue(given)}: ${componentFault(text, name)}`);
}

function componentFault(text: unknown, name: string): string {
  if (typeof text !== "string") return "it is not a string";
  if (text === "") return "it is empty";
  if (text === "." || text === "..") return '"." and ".." name nothing';
  if (text.includes("/")) return `"/" separates components, and a ${name} is one`;
  return characterFault(text) ?? "it is not well-formed";
}

function characterFault(text: string): string | null {
  const found = REFUSED_PATTERN.exec(text);
  if (found === null) return null;
  const code = found[0].charCodeAt(0);
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const kind = code >= 0xd800 && code <= 0xdfff ? "a surrogate that stands alone" : "a control character or line end";
  return `it contains ${name}, ${kind}`;
}

/** Finds the first fault of a text that isn't a URI. */
function explain(text: string): CapsuleError {
  if (!text.startsWith(SCHEME)) return invalidUri(text, 0, `it does not begin with "${SCHEME}"`);
  const refused = REFUSED_PATTERN.exec(text);
  if (refused !== null) return invalidUri(text, refused.index, characterFault(text) ?? "");
  const components = text.slice(SCHEME.length).split("/");
  let at = SCHEME.length;
  for (const component of components) {
    if (component === "") return invalidUri(text, at, "it has an empty component");
    if (component === "." || component === "..") return invalidUri(text, at, `it has the component "${component}"`);
    at += component.length + 1;
  }
  return (
    explainShape(text, components) ??
    invalidUri(text, 0, `it has ${byteLength(text)} bytes, at most ${MAX_URI_BYTES} are allowed`)
  );
}

function explainShape(text: string, components: readonly string[]): CapsuleError | null {
  const [workspace = "", second = "", third = "", fourth = ""] = components;
  const secondAt = SCHEME.length + workspace.length + 1;
  if (isWorkspaceType(second)) {
    if (components.length === 3) return null;
    return invalidUri(
      text,
      secondAt,
      `"${second}" after the workspace takes exactly one component, here are ${components.length - 2}`,
    );
  }
  const thirdAt = secondAt + second.length + 1;
  if (third.startsWith("run_")) {
    return invalidUri(text, thirdAt, `a run is spelt without "run_": "${third.slice(4)}"`);
  }
  if (components.length < 5) {
    return invalidUri(text, text.length, "it ends early: expected workspace, spec, run, type and path");
  }
  if (!(uriTypes as readonly string[]).includes(fourth)) {
    return invalidUri(text, thirdAt + third.length + 1, `"${fourth}" is none of the types ${uriTypes.join(", ")}`);
  }
  return null;
}

function invalidUri(text: unknown, at: number, fault: string): CapsuleError {
  return new CapsuleError("InvalidUri", `Cannot use ${describeValue(text)} as a URI: at character ${at}, ${fault}`, {
    hint: "A URI has the form mv2://<workspace>/<spec>/<run>/<type>/<path>.",
    details: { at },
  });
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
