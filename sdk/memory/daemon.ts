/** The local-memory daemon: asking whether it is there, and asking it by its command or by REST. */

import type { Environment, HttpAnswer, JsonValue, ProgramResult } from "../../runtimes/contract.js";
import { decodeUtf8Lossy } from "../../runtimes/std.js";
import type { Config } from "../config.js";
import { isRuntimeError } from "../machine-errors.js";
import { daemonError, parseContent, parseHits, parseStoredId } from "./daemon-protocol.js";
import type { MemoryHit } from "./memory.js";

/** How long the daemon may take to say that it is well. */
export const HEALTH_TIMEOUT_MS = 750;
const ANSWER_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_HEALTH_BYTES = 64 * 1024;
const SEARCH = "search local-memory";
const SHOWN_COMPLAINT_CHARACTERS = 300;

export type DaemonHealth = { readonly healthy: true } | { readonly healthy: false; readonly reason: string };

export class Daemon {
  private readonly base: string;

  constructor(
    private readonly environment: Environment,
    private readonly config: Config["localMemory"],
  ) {
    this.base = `${config.url.replace(/\/+$/, "")}/api/v1`;
  }

  /** Never throws: whatever goes wrong is the reason. */
  async health(): Promise<DaemonHealth> {
    const url = `${this.base}/health`;
    try {
      const { status } = await this.environment.request(url, {
        timeoutMs: HEALTH_TIMEOUT_MS,
        maxBodyBytes: MAX_HEALTH_BYTES,
      });
      return isSuccess(status)
        ? { healthy: true }
        : { healthy: false, reason: `${url} answered with status ${status}` };
    } catch (error) {
      return { healthy: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** By the command; by REST where it can't be run, or would take the query for an option. */
  async search(query: string, limit: number): Promise<MemoryHit[]> {
    const answer = query.startsWith("-") ? null : await this.runSearch(query, limit);
    if (answer === null) return (await this.searchByRest(query, limit)).slice(0, limit);
    const { exitCode, stdout, stderr } = answer;
    if (exitCode !== 0) {
      // A failure is told as JSON too, at best.
      if (stdout.length > 0) parseHits(SEARCH, stdout);
      const complaint = decodeUtf8Lossy(stderr).trim().slice(0, SHOWN_COMPLAINT_CHARACTERS);
      const ending = exitCode === null ? "was stopped at its limit of time or output" : `ended with ${exitCode}`;
      throw daemonError(SEARCH, `its command ${ending}${complaint === "" ? "" : `: ${complaint}`}`);
    }
    return parseHits(SEARCH, stdout).slice(0, limit);
  }

  /** Stores a text and gives its id. */
  async put(content: string, tags: readonly string[]): Promise<string> {
    const action = "store in local-memory";
    return parseStoredId(action, await this.ask(action, "/memories", { content, tags: [...tags] }));
  }

  /** The text of an id, or null. */
  async get(id: string): Promise<string | null> {
    const action = `read ${JSON.stringify(id)} from local-memory`;
    const { status, body } = await this.request(action, `/memories/${encodeURIComponent(id)}`);
    if (status === 404) return null;
    requireSuccess(action, status);
    return parseContent(action, body);
  }

  /** The id of the first memory with exactly this tag among the best matches for it, or null. */
  async findByUri(uri: string): Promise<string | null> {
    const hits = await this.searchByRest(uri, 50);
    return hits.find((hit) => hit.uri === uri)?.id ?? null;
  }

  private async searchByRest(query: string, limit: number): Promise<MemoryHit[]> {
    return parseHits(
      SEARCH,
      await this.ask(SEARCH, `/memories/search?query=${encodeURIComponent(query)}&limit=${limit}`),
    );
  }

  /** Null where no program can be run or this one isn't there. */
  private async runSearch(query: string, limit: number): Promise<ProgramResult | null> {
    const args = ["search", query, "--limit", String(limit), "--json"];
    try {
      return await this.environment.runProgram(this.config.command, args, {
        timeoutMs: ANSWER_TIMEOUT_MS,
        maxOutputBytes: MAX_ANSWER_BYTES,
      });
    } catch (error) {
      if (isRuntimeError(error) && ["NotFound", "PermissionDenied", "NotSupported"].includes(error.code)) return null;
      throw daemonError(SEARCH, error instanceof Error ? error.message : String(error), error);
    }
  }

  private async ask(action: string, path: string, json?: JsonValue): Promise<Uint8Array> {
    const { status, body } = await this.request(action, path, json);
    requireSuccess(action, status);
    return body;
  }

  private async request(action: string, path: string, json?: JsonValue): Promise<HttpAnswer> {
    const limits = { timeoutMs: ANSWER_TIMEOUT_MS, maxBodyBytes: MAX_ANSWER_BYTES };
    try {
      return await this.environment.request(this.base + path, { ...limits, ...(json === undefined ? {} : { json }) });
    } catch (error) {
      throw daemonError(action, error instanceof Error ? error.message : String(error), error);
    }
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function requireSuccess(action: string, status: number): void {
  if (!isSuccess(status)) throw daemonError(action, `local-memory answered with status ${status}`);
}
