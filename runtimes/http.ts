/** HTTP over the `fetch` that Node, Bun and Deno share, with a limit in time and size. */

import type { HttpAnswer, HttpRequest } from "./contract.js";
import { runtimeError } from "./errors.js";
import { concatBytes, encodeUtf8 } from "./std.js";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_BODY_BYTES = 16 * 1024 * 1024;

/** Host and port of a URL, with the port that its scheme implies. */
export function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port !== "" ? port : protocol === "https:" ? "443" : "80"}`;
}

/** See `Environment.request`. */
export async function request(url: string, options: HttpRequest): Promise<HttpAnswer> {
  const { json, timeoutMs = DEFAULT_TIMEOUT_MS, maxBodyBytes = DEFAULT_BODY_BYTES } = options;
  const method = options.method ?? (json === undefined ? "GET" : "POST");
  const body = json === undefined ? null : encodeUtf8(JSON.stringify(json));
  const headers = { accept: "application/json", ...(body === null ? {} : { "content-type": "application/json" }) };
  // A timer of our own: that of AbortSignal.timeout would keep ticking after the answer, and Bun waits for it at exit.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const response = await fetch(url, { method, headers, body, redirect: "manual", signal: controller.signal });
    return { status: response.status, body: await readBody(url, response, maxBodyBytes) };
  } catch (cause) {
    if (cause instanceof Error && cause.name === "RuntimeError") throw cause;
    const reason = controller.signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(cause);
    throw runtimeError("Unreachable", "ask", url, { reason, cause });
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function readBody(url: string, { body }: Response, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return concatBytes(...pieces);
    bytes += value.length;
    if (bytes > maxBytes) {
      throw runtimeError("FileTooLarge", "ask", url, { reason: `the answer is longer than ${maxBytes} bytes` });
    }
    pieces.push(value);
  }
}

/** Node says "fetch failed" and why only in its cause. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const { code, message } = inner as { readonly code?: unknown; readonly message?: unknown };
  return typeof message === "string" && message !== "" ? message : String(code ?? cause);
}
