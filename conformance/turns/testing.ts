/** What the tests with agents share. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { type Agent, Agents } from "./agents.js";
import { optionsFor, withPlace } from "./history.js";
import type { Shown } from "./model.js";
import type { Step } from "./steps.js";

/** Agents and a folder for the tests of a file: stopped and removed at the end. */
export function useAgents(): { readonly agents: Agents; readonly folder: string } {
  const agents = new Agents();
  const folder = mkdtempSync(join(tmpdir(), "speckit-turns-"));
  beforeAll(() => {
    execFileSync(process.execPath, [fileURLToPath(new URL("../ensure-build.mjs", import.meta.url))]);
  });
  afterAll(async () => {
    await agents.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { agents, folder };
}

/** One capsule that agents use one after another. */
export class SharedCapsule {
  private isThere = false;

  constructor(private readonly path: string) {}

  /** Takes steps on a branch, from opening to closing. */
  async take(agent: Agent, branch: string, steps: readonly Step[]): Promise<readonly unknown[]> {
    const report = await agent.ask({
      ask: "session",
      path: this.path,
      create: !this.isThere,
      options: optionsFor(branch),
      steps: steps.map(withPlace),
      end: "close",
    });
    this.isThere = true;
    if (report === null) throw new Error(`${agent.host.name} was killed`);
    return report.answers;
  }

  async look(agent: Agent, views: readonly View[], uris: readonly string[] = []): Promise<readonly Shown[]> {
    const { shown } = await agent.ask({
      ask: "look",
      path: this.path,
      keep: false,
      uris,
      views: views.map(({ branch, checkpoint = null, queries = [] }) => ({ branch, checkpoint, queries })),
    });
    return shown;
  }

  async verify(agent: Agent): Promise<void> {
    expect(await agent.ask({ ask: "verify", path: this.path })).toEqual({ findings: [] });
  }
}

/** A branch at its head or as of a checkpoint. */
export interface View {
  readonly branch: string;
  readonly checkpoint?: string;
  readonly queries?: readonly string[];
}
