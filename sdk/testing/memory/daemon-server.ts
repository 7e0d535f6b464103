/** A local-memory daemon on a port of its own, over real HTTP, whose memories the test's command can read as a file. */

import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export const COMMAND = fileURLToPath(new URL("./local-memory.mjs", import.meta.url));
export const STORE_VARIABLE = "LOCAL_MEMORY_TEST_STORE";

export interface StoredMemory {
  readonly id: string;
  readonly content: string;
  readonly tags: readonly string[];
}

export class DaemonServer {
  readonly memories: StoredMemory[] = [];
  /** Method and path of each request, in order. */
  readonly requests: string[] = [];
  /** What `/health` answers with; `silent`: nothing, ever. */
  health: number | "silent" = 200;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  constructor(readonly storePath: string) {
    this.save();
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  add(content: string, tags: readonly string[]): string {
    const id = `m${this.memories.length + 1}`;
    this.memories.push({ id, content, tags });
    this.save();
    return id;
  }

  /** Forgets all memories and requests. */
  reset(): void {
    this.memories.length = 0;
    this.requests.length = 0;
    this.health = 200;
    this.save();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private save(): void {
    writeFileSync(this.storePath, JSON.stringify(this.memories));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    this.requests.push(`${request.method} ${pathname}`);
    const send = (status: number, body: unknown) => void response.writeHead(status).end(JSON.stringify(body));
    if (pathname === "/api/v1/health") {
      if (this.health !== "silent") send(this.health, { success: this.health === 200 });
    } else if (pathname === "/api/v1/memories" && request.method === "POST") {
      const { content, tags } = JSON.parse(await textOf(request)) as StoredMemory;
      send(201, { success: true, data: { id: this.add(content, tags) } });
    } else if (pathname === "/api/v1/memories/search") {
      send(200, this.search(searchParams.get("query") ?? "", Number(searchParams.get("limit"))));
    } else {
      const memory = this.memories.find(({ id }) => pathname === `/api/v1/memories/${id}`);
      if (memory === undefined) send(404, { error: "not_found" });
      else send(200, { success: true, data: memory });
    }
  }

  private search(query: string, limit: number) {
    const words = query.toLowerCase().split(/\s+/);
    const matches = (text: string): boolean => words.some((word) => text.toLowerCase().includes(word));
    const found = this.memories.filter(({ content, tags }) => matches(content) || tags.includes(query));
    const data = found.slice(0, limit).map((memory) => ({ memory, relevance_score: 0.5 }));
    return { count: data.length, data };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
