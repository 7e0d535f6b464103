import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Capsule } from "../capsule.js";
import { CAPSULE_PATH, memoryMachine, repeatable } from "../testing/fixtures.js";

const key = `${"gh"}p_${"a1B2".repeat(9)}`;
const mail = "maria.keller@firma.io";
const encode = (text: string) => new TextEncoder().encode(text);

async function withCapsule<Result>(use: (capsule: Capsule) => Promise<Result>, sanitize = true) {
  const runtime = memoryMachine();
  const options = { ...repeatable(runtime), specId: "SPEC-1", runId: "abc" };
  const capsule = await Capsule.create(CAPSULE_PATH, { ...options, sanitize });
  try {
    const result = await use(capsule);
    await capsule.commit();
    return { result, file: new TextDecoder("latin1").decode(runtime.files.readFile(CAPSULE_PATH)) };
  } finally {
    await capsule.close();
  }
}

async function textAt(capsule: Capsule, uri: string) {
  return new TextDecoder().decode((await capsule.get(uri)) ?? undefined);
}

async function firstEvent(capsule: Capsule) {
  await capsule.commit();
  for await (const event of capsule.events()) return event;
  throw new Error("there is no event");
}

describe("a capsule opened with sanitize", () => {
  const document = { title: `By ${mail}`, tags: [mail], attributes: { owner: mail, n: 1 } };

  it("stores documents without their secrets, finds nothing of them, and says what it masked", async () => {
    const { result, file } = await withCapsule(async (capsule) => {
      const uri = await capsule.put({ path: "a.md" }, `key ${key}`, document);
      const entry = await capsule.resolve(uri);
      await capsule.commit();
      const hits = await capsule.search("maria keller firma");
      expect((await capsule.search("masked github")).hits.length).toBe(1);
      return { entry, text: await textAt(capsule, uri), hits: hits.hits.length };
    });
    expect(result.text).toBe("key [masked:github]");
    expect(result.entry).toMatchObject({
      title: "By [masked:email]",
      tags: ["[masked:email]"],
      attributes: { owner: "[masked:email]", n: 1, sanitized: { rules: { email: 3, github: 1 } } },
    });
    expect(result.hits).toBe(0);
    expect(file).not.toContain("keller");
    expect(file).not.toContain(key.slice(4, 12));
  });

  it("does the same by putMany and by streams, whatever the pieces", async () => {
    await withCapsule(async (capsule) => {
      const [uri = ""] = await capsule.putMany([{ ...document, target: { path: "b.md" }, content: `key ${key}` }]);
      expect(await textAt(capsule, uri)).toBe("key [masked:github]");
      expect((await capsule.resolve(uri))?.attributes["sanitized"]).toEqual({ rules: { email: 3, github: 1 } });
      const bytes = encode(`key ${key}`);
      async function* pieces() {
        for (const byte of bytes) yield Uint8Array.of(byte);
      }
      expect(await textAt(capsule, await capsule.put({ path: "c.md" }, pieces()))).toBe("key [masked:github]");
    });
  });

  it("says that it looked where nothing was found, and where content is no text", async () => {
    await withCapsule(async (capsule) => {
      const plain = await capsule.put({ path: "d.md" }, "nothing");
      expect((await capsule.resolve(plain))?.attributes).toEqual({ sanitized: { rules: {} } });
      const bytes = Uint8Array.of(0, 255, 1);
      const binary = await capsule.put({ path: "d.bin" }, bytes);
      expect((await capsule.resolve(binary))?.attributes).toEqual({ sanitized: { rules: {}, binary: true } });
      expect(await capsule.get(binary)).toEqual(bytes);
    });
  });

  it("masks payloads of events at any depth, those that it makes itself too", async () => {
    const { file } = await withCapsule(async (capsule) => {
      const input = { command: `curl -H "Authorization: Bearer ${key}"`, env: [{ MAIL: mail }] };
      const uri = await capsule.emit({ type: "ToolCall", payload: { call_id: "1", tool_name: "bash", input } });
      expect((await firstEvent(capsule)).payload).toEqual({
        call_id: "1",
        tool_name: "bash",
        input: { command: 'curl -H "Authorization: Bearer [masked:github]"', env: [{ MAIL: "[masked:email]" }] },
      });
      expect((await capsule.resolve(uri))?.attributes["sanitized"]).toEqual({ rules: { email: 1, github: 1 } });
      const artifact = await capsule.put({ path: "e.md" }, "text");
      await capsule.remove(artifact, { reason: `asked by ${mail}` });
    });
    expect(file).not.toContain("keller");
  });

  it("refuses names that hold a secret", async () => {
    await withCapsule(async (capsule) => {
      const refused = expect.objectContaining({ code: "SecretInName", details: { rules: ["email"] } });
      await expect(capsule.put({ path: `${mail}.txt` }, "x")).rejects.toEqual(refused);
      await expect(capsule.put({ path: `${mail}/a` }, new Response("x").body as ReadableStream)).rejects.toEqual(
        refused,
      );
      await expect(capsule.putMany([{ target: { path: mail }, content: "x" }])).rejects.toMatchObject({
        code: "SecretInName",
      });
      await expect(capsule.commit({ label: mail })).rejects.toEqual(refused);
      const event = { type: "ToolCall", payload: { call_id: "1", tool_name: "t", input: {} } } as const;
      await expect(capsule.emit({ ...event, stage: mail })).rejects.toEqual(refused);
      await expect(capsule.emit({ ...event, runId: mail })).rejects.toEqual(refused);
    });
  });

  it("refuses a payload that doesn't fit its type any more", async () => {
    await withCapsule(async (capsule) => {
      const payload = { call_id: "1", tool_name: "t", success: true, duration_ms: 4111111111111111 };
      await expect(capsule.emit({ type: "ToolResult", payload })).rejects.toMatchObject({
        code: "InvalidEventPayload",
      });
    });
  });

  it("refuses what it would refuse otherwise, too", async () => {
    await withCapsule(async (capsule) => {
      const attributes = { at: new Date(0) } as never;
      await expect(capsule.put({ path: "f.md" }, "x", { attributes })).rejects.toMatchObject({
        code: "InvalidArgument",
      });
      await expect(capsule.put({ path: "f.md" }, "x", { title: 1 as never })).rejects.toMatchObject({
        code: "InvalidArgument",
      });
      await expect(capsule.put({ path: "f.md" }, "x\ud800")).rejects.toMatchObject({ code: "InvalidArgument" });
    });
    const runtime = memoryMachine();
    await expect(Capsule.create(CAPSULE_PATH, { ...repeatable(runtime), sanitize: 1 as never })).rejects.toMatchObject({
      code: "InvalidArgument",
    });
  });
});

describe("a capsule opened without", () => {
  it("stores what it is given, with no mark", async () => {
    await withCapsule(async (capsule) => {
      const uri = await capsule.put({ path: `${mail}.md` }, key, { title: mail });
      expect(await textAt(capsule, uri)).toBe(key);
      expect(await capsule.resolve(uri)).toMatchObject({ title: mail, attributes: {} });
    }, false);
  });
});

describe("the package's entry", () => {
  it("doesn't load the rules: they are reached by import() alone", () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const seen = new Set<string>();
    const visit = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      const source = readFileSync(path, "utf8");
      for (const [, clause = "", from = ""] of source.matchAll(
        /^(?:import|export)\s(?!type\b)([^;]*?)from "(\.[^"]+)\.js";/gms,
      )) {
        const named = /^\{([^}]*)\}/s.exec(clause)?.[1];
        const isTypes = named?.split(",").every((each) => /^\s*(type\s|$)/.test(each)) ?? false;
        if (!isTypes) visit(`${join(dirname(path), from)}.ts`);
      }
    };
    visit(join(root, "sdk", "index.ts"));
    const loaded = [...seen].map((path) => relative(root, path));
    expect(loaded).toContain("sdk/writer.ts");
    expect(loaded.filter((path) => path.startsWith("sdk/redact/"))).toEqual(["sdk/redact/load.ts"]);
  });
});
