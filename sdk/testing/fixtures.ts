/** What the SDK's tests share: capsules in memory, with a clock and randomness that repeat. */

import type { Runtime } from "../../runtimes/contract.js";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { Capsule } from "../capsule.js";
import { CapsuleError } from "../errors.js";
import type { CreateOptions } from "../options.js";

export const CAPSULE_PATH = "/project/test.mv2";
export const START_MS = 1_700_000_000_000;

/** One millisecond later at each reading. */
export function steppingClock(start = START_MS): () => number {
  let now = start;
  return () => now++;
}

/** The same bytes in the same order in every program: a linear congruential generator. */
export function repeatingRandom(seed = 1): (count: number) => Uint8Array {
  let state = seed >>> 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}

/** A machine of its own, with the directory that {@link CAPSULE_PATH} needs. */
export function memoryMachine(): Runtime {
  const runtime = createMemoryRuntime({ now: () => START_MS });
  runtime.files.makeDirectory("/project");
  return runtime;
}

/** Options under which the same calls give the same bytes. */
export function repeatable(runtime: Runtime): {
  runtime: Runtime;
  clock: () => number;
  random: (count: number) => Uint8Array;
} {
  return { runtime, clock: steppingClock(), random: repeatingRandom() };
}

/** A new capsule in a machine of its own, open for writing. */
export async function newCapsule(options: CreateOptions = {}): Promise<{ capsule: Capsule; runtime: Runtime }> {
  const runtime = options.runtime ?? memoryMachine();
  return { capsule: await Capsule.create(CAPSULE_PATH, { ...repeatable(runtime), ...options }), runtime };
}

/** Bytes that don't compress and aren't text. */
export function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 23;
  });
}

/** All that an async iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** All bytes of a stream. */
export async function collectBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
  }
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The error that a call ends with. */
export async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<CapsuleError> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof CapsuleError) return error;
    throw error;
  }
  throw new Error("expected a CapsuleError, but nothing was thrown");
}
