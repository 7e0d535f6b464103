/**
 * A process that holds locks on command: one JSON request a line on stdin, one JSON answer a line on stdout. `lock.test.ts` lets
 * agents of all runtimes contend with each other.
 */

import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { runtime } from "#runtime";
import { type JsonObject, type Lock, RuntimeError } from "../contract.js";

export interface AgentRequest {
  readonly command: "kind" | "acquire" | "inspect" | "cover" | "check" | "release" | "bequeath" | "contend";
  readonly path?: string;
  readonly metadata?: JsonObject;
  readonly rounds?: number;
}

let lock: Lock | null = null;

function held(): Lock {
  if (lock === null) throw new Error("the agent holds no lock");
  return lock;
}

async function answer(request: AgentRequest): Promise<unknown> {
  const { path = "", metadata = {} } = request;
  switch (request.command) {
    case "kind":
      return await runtime.locks.kind();
    case "acquire": {
      const result = await runtime.locks.acquire(path, { metadata });
      if (result.state === "busy") return result;
      lock = result.lock;
      const { kind, capsulePath, lockfilePath } = result.lock;
      return { state: "held", kind, capsulePath, lockfilePath };
    }
    case "inspect":
      return await runtime.locks.inspect(path);
    case "cover":
      return held().cover();
    case "check":
      return held().check();
    case "release":
      return held().release();
    case "bequeath":
      return bequeath(held().lockfilePath);
    case "contend":
      return await contend(path, request.rounds ?? 0);
  }
}

/** Starts a child that inherits every descriptor on the lockfile, and tells its process id and how many there were. */
function bequeath(lockfilePath: string): { pid: number | undefined; descriptors: number } {
  const descriptors = fs
    .readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${descriptor}`) === lockfilePath;
      } catch {
        return false;
      }
    });
  const child = spawn("sleep", ["60"], { stdio: ["ignore", "ignore", "ignore", ...descriptors] });
  child.unref();
  return { pid: child.pid, descriptors: descriptors.length };
}

/** Takes the lock `rounds` times, and counts how often someone else was inside at the same time. */
async function contend(path: string, rounds: number): Promise<{ taken: number; violations: number }> {
  let violations = 0;
  for (let taken = 0; taken < rounds; ) {
    const result = await runtime.locks.acquire(path, { metadata: { pid: process.pid } });
    if (result.state === "busy") continue;
    taken++;
    try {
      runtime.files.open(`${path}.inside`, { mode: "create-exclusive" }).close();
      runtime.files.remove(`${path}.inside`);
    } catch {
      violations++;
    }
    result.lock.release();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { taken: rounds, violations };
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ result: (await answer(JSON.parse(line) as AgentRequest)) ?? null }));
  } catch (error) {
    const code = error instanceof RuntimeError ? error.code : "bug";
    console.log(JSON.stringify({ error: { code, message: String(error) } }));
  }
}
