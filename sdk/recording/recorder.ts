/** Doing something and recording that it was done: searches, calls of tools and models, patches. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import { newCheckpointId } from "../checkpoint-ids.js";
import { blake3Hex } from "../core/hash.js";
import { argumentError, CapsuleError } from "../errors.js";
import { requireCheckpoint } from "../event-reader.js";
import { encodePayload } from "../event-writer.js";
import type { EventInput, EventOptions } from "../events.js";
import type { SearchOptions, SearchResult } from "../hits.js";
import { type CapsuleInfo, type CaptureMode, captureModes } from "../options.js";
import type { EventPayloads } from "../schema/events.js";
import { parseUri, type Uri } from "../uri.js";
import type { View } from "../view.js";
import type { Writable } from "../writable.js";
import type { CapsuleWriter } from "../writer.js";
import { explainability } from "./explainability.js";

/** What all events of a recorder have in common. */
export interface RecorderOptions extends Pick<EventOptions, "specId" | "runId" | "stage"> {
  readonly role?: string;
}

/** A search as `capsule.search` takes it; explanations are recorded unless `explain` is false. */
export interface RecordedSearchOptions extends SearchOptions {
  /** Searches the capsule as it was at a checkpoint, by its id or else its label. */
  readonly asOf?: string;
}

export interface RecordedSearch extends SearchResult {
  /** The `RetrievalRequest` and `RetrievalResponse` events. */
  readonly requestUri: Uri;
  readonly responseUri: Uri;
}

export interface ToolCall<Result> {
  readonly name: string;
  readonly input: JsonValue;
  /** What is recorded of the result. Default: the result itself, if it is JSON and an event can hold it. */
  readonly output?: (result: Result) => JsonValue;
}

export interface ModelCall {
  readonly model: string;
  /** Such as `cloud` or `reflex`. */
  readonly routingMode: string;
  readonly prompt: string;
  /** At most what the capsule permits, which is the default. */
  readonly captureMode?: CaptureMode;
}

export interface ModelAnswer {
  readonly response: string;
  readonly promptTokens?: number;
  readonly responseTokens?: number;
}

export interface Patch {
  readonly filePath: string;
  readonly type: EventPayloads["PatchApply"]["patch_type"];
  readonly diff?: string;
  /** The file's content before and after: their hashes are recorded, BLAKE3 as for artifacts. */
  readonly before?: string | Uint8Array;
  readonly after?: string | Uint8Array;
}

/** What a recorder needs of the capsule. */
interface RecordedCapsule extends Pick<Writable, "emit"> {
  readonly info: Pick<CapsuleInfo, "capsuleId" | "sequence" | "root">;
  snapshot(): Promise<View>;
  at(checkpoint: string): Promise<View>;
}

/** The `source` of requests that were made of a capsule. */
export const CAPSULE_SOURCE = "capsule";

const encoder = new TextEncoder();

/** JSON as the payloads' types have it: not read-only. */
type PayloadJson = EventPayloads["RetrievalRequest"]["config"];
const payloadJson = (value: JsonValue) => value as PayloadJson;

/**
 * Emits the events that belong to what it does, failures included; these are thrown on. What would make an event larger than
 * 64 KiB is left out of it: explanations, outputs, responses, prompts. Durations are the capsule's clock's.
 */
export class Recorder {
  private readonly ids = new Set<string>();

  /** @internal */
  constructor(
    private readonly capsule: RecordedCapsule,
    private readonly writer: CapsuleWriter,
    private readonly options: RecorderOptions,
  ) {}

  /**
   * Searches what is committed, and records the request and the answer so that `replay` can ask again and compare: hits,
   * exact scores, explanations (docs/events.md).
   *
   * @throws CapsuleError as `search`; `TooLarge` if an event can't hold the URIs of so many hits
   */
  async search(query: string, options: RecordedSearchOptions = {}): Promise<RecordedSearch> {
    const { asOf, ...searchOptions } = options;
    const view = await (asOf === undefined ? this.capsule.snapshot() : this.capsule.at(asOf));
    const requestId = this.newId();
    const config = payloadJson(await this.searchConfig(view, options));
    const request = { request_id: requestId, query, config, source: CAPSULE_SOURCE, ...this.stageAndRole() };
    const requestUri = await this.emit("RetrievalRequest", request);
    const startedAtMs = this.now();
    const respond = (payload: Omit<EventPayloads["RetrievalResponse"], "request_id" | "latency_ms">) =>
      this.emitFitting(
        "RetrievalResponse",
        { request_id: requestId, ...payload, latency_ms: this.since(startedAtMs) },
        ["explainability"],
      );
    let result: SearchResult;
    try {
      result = await view.search(query, { explain: true, ...searchOptions });
    } catch (error) {
      await respond({ hit_uris: [], error: messageOf(error) });
      throw error;
    }
    const { hits } = result;
    const scores = { hit_uris: hits.map(({ uri }) => uri), fused_scores: hits.map(({ score }) => score) };
    const responseUri = await respond({ ...scores, explainability: payloadJson(explainability(result)) });
    return { ...result, requestUri, responseUri };
  }

  /** What `replay` needs to ask again: docs/events.md. */
  private async searchConfig(view: View, { limit, scope, asOf }: RecordedSearchOptions): Promise<JsonObject> {
    const { capsuleId, sequence, root } = this.capsule.info;
    return {
      capsule_id: capsuleId,
      branch: view.branch,
      sequence: view.sequence,
      ...(sequence === view.sequence ? { root } : {}),
      ...(asOf === undefined ? {} : { as_of: await this.checkpointId(asOf) }),
      ...(limit === undefined ? {} : { limit }),
      ...(scope === undefined ? {} : { scope }),
    };
  }

  /** Labels may come to name another checkpoint. */
  private async checkpointId(name: string): Promise<string> {
    const { session } = this.writer.parts;
    return parseUri((await requireCheckpoint(session, name, session.committedView)).uri).path;
  }

  /**
   * Calls a tool: `ToolCall` before, `ToolResult` after.
   *
   * @example await capsule.recorder().toolCall({ name: "tests", input: { path: "sdk" } }, () => runTests("sdk"));
   */
  async toolCall<Result>(call: ToolCall<Result>, work: () => Result | Promise<Result>): Promise<Result> {
    const callId = this.newId();
    const { name, input } = call;
    await this.emit("ToolCall", {
      call_id: callId,
      tool_name: name,
      input: payloadJson(input),
      ...this.stageAndRole(),
    });
    const startedAtMs = this.now();
    const end = (payload: Pick<EventPayloads["ToolResult"], "success" | "output" | "error">) =>
      this.emitFitting(
        "ToolResult",
        { call_id: callId, tool_name: name, ...payload, duration_ms: this.since(startedAtMs) },
        ["output"],
      );
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      await end({ success: false, error: messageOf(error) });
      throw error;
    }
    const output = call.output === undefined ? asJson(result) : call.output(result);
    await end({ success: true, ...(output === undefined ? {} : { output: payloadJson(output) }) });
    return result;
  }

  /**
   * Calls a model and records a `ModelCallEnvelope` with what the capture mode permits; under `none`, nothing. Hashes are
   * BLAKE3 of the UTF-8 text.
   */
  async modelCall<Answer extends ModelAnswer>(call: ModelCall, work: () => Promise<Answer>): Promise<Answer> {
    this.checkCaptureMode(call.captureMode);
    const startedAtMs = this.now();
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      await this.emitModelCall(call, startedAtMs, { success: false, error: messageOf(error) });
      throw error;
    }
    const { response, promptTokens, responseTokens } = answer;
    await this.emitModelCall(call, startedAtMs, {
      success: true,
      response,
      ...(promptTokens === undefined ? {} : { prompt_tokens: promptTokens }),
      ...(responseTokens === undefined ? {} : { response_tokens: responseTokens }),
    });
    return answer;
  }

  /** Before the call: its answer must not be lost to what `emit` would refuse. */
  private checkCaptureMode(wanted: CaptureMode | undefined): void {
    const permitted = captureModes.slice(0, captureModes.indexOf(this.writer.captureMode) + 1);
    if (wanted !== undefined && !permitted.includes(wanted))
      throw argumentError("captureMode", permitted.join(" or "), wanted);
  }

  private async emitModelCall(
    { model, routingMode, prompt, captureMode = this.writer.captureMode }: ModelCall,
    startedAtMs: number,
    { response, ...outcome }: Pick<EventPayloads["ModelCallEnvelope"], "success" | "error" | "response">,
  ): Promise<void> {
    if (this.writer.captureMode === "none") return;
    const keepsResponse = response !== undefined && captureMode === "full_io";
    const payload = {
      call_id: this.newId(),
      model,
      routing_mode: routingMode,
      capture_mode: captureMode,
      ...this.stageAndRole(),
      prompt_hash: this.hashOf(prompt),
      ...(response === undefined ? {} : { response_hash: this.hashOf(response) }),
      ...(captureMode === "none" ? {} : { prompt }),
      ...(keepsResponse ? { response } : {}),
      latency_ms: this.since(startedAtMs),
      ...outcome,
    };
    await this.emitFitting("ModelCallEnvelope", payload, ["response", "prompt"]);
  }

  /** Applies a patch and records a `PatchApply`. */
  async patch<Result>(patch: Patch, apply: () => Result | Promise<Result>): Promise<Result> {
    const { filePath, type, diff, before, after } = patch;
    const payload = {
      patch_id: this.newId(),
      file_path: filePath,
      patch_type: type,
      ...(diff === undefined ? {} : { diff }),
      ...(before === undefined ? {} : { before_hash: this.hashOf(before) }),
      ...(after === undefined ? {} : { after_hash: this.hashOf(after) }),
      ...(this.options.stage === undefined ? {} : { stage: this.options.stage }),
    };
    let result: Result;
    try {
      result = await apply();
    } catch (error) {
      await this.emitFitting("PatchApply", { ...payload, success: false, error: messageOf(error) }, ["diff"]);
      throw error;
    }
    await this.emitFitting("PatchApply", { ...payload, success: true }, ["diff"]);
    return result;
  }

  private stageAndRole() {
    const { stage, role } = this.options;
    return { ...(stage === undefined ? {} : { stage }), ...(role === undefined ? {} : { role }) };
  }

  private emit<Type extends EventInput["type"]>(type: Type, payload: EventPayloads[Type]): Promise<Uri> {
    const { role: _, ...place } = this.options;
    return this.capsule.emit({ ...place, type, payload } as unknown as EventInput);
  }

  /** Emits an event without the first of the `droppable` members that make it too large. */
  private emitFitting<Type extends EventInput["type"]>(
    type: Type,
    payload: EventPayloads[Type],
    droppable: readonly (string & keyof EventPayloads[Type])[],
  ): Promise<Uri> {
    const [first, ...rest] = droppable;
    if (first === undefined || fits(type, payload)) return this.emit(type, payload);
    const { [first]: _, ...smaller } = payload;
    return this.emitFitting(type, smaller as EventPayloads[Type], rest);
  }

  private newId(): string {
    const { random } = this.writer.parts;
    const id = newCheckpointId(this.now(), random, (candidate) => this.ids.has(candidate));
    this.ids.add(id);
    return id;
  }

  private hashOf(content: string | Uint8Array): string {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    return blake3Hex(this.writer.parts.session.core, bytes);
  }

  private now(): number {
    return this.writer.parts.clock();
  }

  /** Clocks may be set back. */
  private since(startedAtMs: number): number {
    return Math.max(0, this.now() - startedAtMs);
  }
}

function fits(type: EventInput["type"], payload: unknown): boolean {
  try {
    encodePayload(type, payload);
    return true;
  } catch (error) {
    if (error instanceof CapsuleError && error.code === "TooLarge") return false;
    throw error;
  }
}

/** A value if it is JSON. */
function asJson(value: unknown): JsonValue | undefined {
  try {
    canonicalJson(value, "the output");
    return value as JsonValue;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
