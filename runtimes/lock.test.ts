import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent, bundle, HOSTS, type Host, LOCK_KINDS, temporaryDirectory, withDenoFlags } from "./testing/programs.js";

const root = temporaryDirectory();
/** Node without koffi needs the program `flock`, which Linux has. */
const hosts = HOSTS.filter((host) => host !== "node-without-koffi" || process.platform === "linux");
const pairs = hosts.flatMap((holder) => hosts.map((contender) => ({ holder, contender })));

const agents = { first: new Map<Host, Agent>(), second: new Map<Host, Agent>() };
const started: Agent[] = [];

function start(host: Host): Agent {
  const program = bundle(host, "lock-agent.script.ts", fs.mkdtempSync(`${root}/bundle-`));
  const agent = new Agent(withDenoFlags(program, `--allow-read=${root}`, `--allow-write=${root}`));
  started.push(agent);
  return agent;
}

beforeAll(() => {
  for (const host of hosts) {
    agents.first.set(host, start(host));
    agents.second.set(host, start(host));
  }
});

afterAll(async () => {
  for (const agent of started) await agent.kill();
  fs.rmSync(root, { recursive: true });
});

const first = (host: Host): Agent => agents.first.get(host) as Agent;
const second = (host: Host): Agent => agents.second.get(host) as Agent;

let count = 0;
function newCapsule(): string {
  const path = `${root}/capsule-${count++}.mv2`;
  fs.writeFileSync(path, "capsule");
  return path;
}

const metadataOf = (host: Host) => ({
  pid: 1234,
  host: "workstation",
  started_at: "2026-01-01T00:00:00Z",
  run_id: host,
});
const acquire = (path: string, host: Host) => ({ command: "acquire", path, metadata: metadataOf(host) });
const busyWith = (path: string, metadata: object | null) => ({
  state: "busy",
  holder: { lockfilePath: `${path}.lock`, metadata },
});

test.runIf(process.platform === "linux").each(hosts)("%s takes the lock by its own means", async (host) => {
  expect(await first(host).ask({ command: "kind" })).toBe(LOCK_KINDS[host]);
});

describe.each(pairs)("$holder holds, $contender contends", ({ holder, contender }) => {
  test("acquire() is refused with the holder's metadata, and succeeds after release()", async () => {
    const path = newCapsule();
    expect(await first(holder).ask(acquire(path, holder))).toMatchObject({ state: "held", capsulePath: path });
    expect(await second(contender).ask(acquire(path, contender))).toEqual(busyWith(path, metadataOf(holder)));
    const holding = { state: "held", holder: { lockfilePath: `${path}.lock`, metadata: metadataOf(holder) } };
    expect(await second(contender).ask({ command: "inspect", path })).toEqual(holding);
    await first(holder).ask({ command: "check" });
    await first(holder).ask({ command: "release" });
    expect(fs.readFileSync(`${path}.lock`, "utf8")).toBe("");
    expect(await second(contender).ask(acquire(path, contender))).toMatchObject({ state: "held" });
    expect(JSON.parse(fs.readFileSync(`${path}.lock`, "utf8"))).toEqual(metadataOf(contender));
    await second(contender).ask({ command: "release" });
    expect(fs.readFileSync(path, "utf8")).toBe("capsule");
  });

  test("a deleted or replaced lockfile admits no second writer, and check() notices", async () => {
    for (const spoil of [fs.rmSync, (lockfile: string) => fs.renameSync(newCapsule(), lockfile)]) {
      const path = newCapsule();
      await first(holder).ask(acquire(path, holder));
      spoil(`${path}.lock`);
      const { state } = (await second(contender).ask(acquire(path, contender))) as { state: string };
      expect(state).toBe("busy");
      await expect(first(holder).ask({ command: "check" })).rejects.toMatchObject({ code: "LockLost" });
      await first(holder).ask({ command: "release" });
      expect(await second(contender).ask(acquire(path, contender))).toMatchObject({ state: "held" });
      await second(contender).ask({ command: "release" });
    }
  });
});

describe.each(hosts)("%s", (host) => {
  const other = hosts[(hosts.indexOf(host) + 1) % hosts.length] as Host;

  test("a killed holder's lock is free at once, and what it wrote is stale", async () => {
    const path = newCapsule();
    const victim = start(host);
    await victim.ask(acquire(path, host));
    await victim.kill();
    const holder = { lockfilePath: `${path}.lock`, metadata: metadataOf(host) };
    expect(await second(other).ask({ command: "inspect", path })).toEqual({ state: "stale", holder });
    expect(await second(other).ask(acquire(path, other))).toMatchObject({ state: "held" });
    expect(JSON.parse(fs.readFileSync(`${path}.lock`, "utf8"))).toEqual(metadataOf(other));
    await second(other).ask({ command: "release" });
  });

  test("a symbolic link to the capsule is the same lock, dangling ones and directories included", async () => {
    const path = newCapsule();
    fs.symlinkSync(path, `${path}.link`);
    fs.symlinkSync(root, `${path}.directory`);
    const aliases = [`${path}.link`, `${path}.directory/${path.slice(root.length + 1)}`];
    const missing = `${path}.missing`;
    fs.symlinkSync(missing.slice(root.length + 1), `${path}.dangling`);
    for (const [real, alias] of [...aliases.map((alias) => [path, alias]), [missing, `${path}.dangling`]] as const) {
      expect(await first(host).ask(acquire(alias as string, host))).toMatchObject({ state: "held", capsulePath: real });
      expect(await second(other).ask(acquire(real as string, other))).toEqual(
        busyWith(real as string, metadataOf(host)),
      );
      await first(host).ask({ command: "release" });
    }
  });

  test("a lockfile that is a symbolic link is refused and its target left alone", async () => {
    const path = newCapsule();
    const target = `${path}.precious`;
    fs.writeFileSync(target, "precious");
    fs.symlinkSync(target, `${path}.lock`);
    await expect(first(host).ask(acquire(path, host))).rejects.toMatchObject({ code: "SymbolicLink" });
    expect(fs.readFileSync(target, "utf8")).toBe("precious");
    fs.rmSync(target);
    await expect(first(host).ask(acquire(path, host))).rejects.toMatchObject({ code: "SymbolicLink" });
    expect(fs.existsSync(target)).toBe(false);
  });

  test("a lockfile that is no regular file is refused", async () => {
    const path = newCapsule();
    fs.mkdirSync(`${path}.lock`);
    await expect(first(host).ask(acquire(path, host))).rejects.toMatchObject({ code: "IsDirectory" });
    fs.rmdirSync(`${path}.lock`);
    execFileSync("mkfifo", [`${path}.lock`]);
    await expect(first(host).ask(acquire(path, host))).rejects.toMatchObject({ code: "NotARegularFile" });
  });

  test("acquire() creates the lockfile private", async () => {
    const path = newCapsule();
    await first(host).ask(acquire(path, host));
    expect(fs.statSync(`${path}.lock`).mode & 0o777).toBe(0o600);
    await first(host).ask({ command: "release" });
  });

  test("the lock covers a capsule created under it", async () => {
    const path = `${root}/new-${host}.mv2`;
    await first(host).ask(acquire(path, host));
    fs.writeFileSync(path, "new");
    await first(host).ask({ command: "cover" });
    fs.rmSync(`${path}.lock`);
    expect(await second(other).ask(acquire(path, other))).toEqual(busyWith(path, null));
    await first(host).ask({ command: "release" });
    expect(await second(other).ask(acquire(path, other))).toMatchObject({ state: "held" });
    await second(other).ask({ command: "release" });
  });

  test("a lock on the capsule alone, by the program flock, is respected", async () => {
    const path = newCapsule();
    const descriptor = fs.openSync(path, "r");
    const flock = (option: string) =>
      spawnSync("flock", [option, "-n", "3"], { stdio: ["ignore", "ignore", "ignore", descriptor] });
    expect(flock("-x").status).toBe(0);
    expect(await first(host).ask(acquire(path, host))).toEqual(busyWith(path, null));
    fs.closeSync(descriptor);
    expect(await first(host).ask(acquire(path, host))).toMatchObject({ state: "held" });
    expect(spawnSync("flock", ["-n", `${path}.lock`, "true"]).status).toBe(1);
    expect(spawnSync("flock", ["-n", path, "true"]).status).toBe(1);
    await first(host).ask({ command: "release" });
    expect(spawnSync("flock", ["-n", `${path}.lock`, "true"]).status).toBe(0);
  });

  test("release() frees the lock although a child process inherited its descriptor", async () => {
    const path = newCapsule();
    const program = bundle(host, "lock-agent.script.ts", fs.mkdtempSync(`${root}/bundle-`));
    const agent = new Agent(withDenoFlags(program, "--allow-all"));
    started.push(agent);
    await agent.ask(acquire(path, host));
    const child = (await agent.ask({ command: "bequeath" })) as { pid: number; descriptors: number };
    try {
      expect(child.descriptors).toBe(1);
      expect(fs.readlinkSync(`/proc/${child.pid}/fd/3`)).toBe(`${path}.lock`);
      expect(await second(other).ask(acquire(path, other))).toEqual(busyWith(path, metadataOf(host)));
      await agent.ask({ command: "release" });
      expect(await second(other).ask(acquire(path, other))).toMatchObject({ state: "held" });
      await second(other).ask({ command: "release" });
    } finally {
      process.kill(child.pid, "SIGKILL");
      await agent.kill();
    }
  });
});

test("contenders of all runtimes at once are never inside together", async () => {
  const path = newCapsule();
  const contenders = hosts.flatMap((host) => [first(host), second(host)]);
  const results = await Promise.all(contenders.map((agent) => agent.ask({ command: "contend", path, rounds: 10 })));
  expect(results).toEqual(contenders.map(() => ({ taken: 10, violations: 0 })));
});
