import { expect, test } from "vitest";
import type { JsonObject, LockHolder } from "./contract.js";
import type { FallbackLocks, LockMechanism } from "./lock-mechanism.js";
import { type LockParts, ProtocolLocks } from "./lock-protocol.js";
import { MemoryFileSystem } from "./memory-files.js";
import { encodeUtf8 } from "./std.js";

const PATH = "/c.mv2";
const LOCKFILE = "/c.mv2.lock";

/** A mechanism whose lock is free, unless `busy` says otherwise; `opened` runs after each opening. */
function setUp(hooks: { busy?: (path: string) => boolean; opened?: (path: string) => void } = {}) {
  const files = new MemoryFileSystem(() => 0);
  const log: string[] = [];
  const mechanism: LockMechanism = {
    kind: "in-process",
    locksCapsule: true,
    open: (path, { create, shared }) => {
      if (create && files.stat(path) === null) files.open(path, { mode: "create-exclusive" }).close();
      const file = files.open(path, { mode: "write" });
      log.push(`${shared ? "share" : "lock"} ${path}`);
      hooks.opened?.(path);
      if (hooks.busy?.(path)) return null;
      return {
        identity: file.identity(),
        replaceContent: (bytes) => {
          log.push(`write ${bytes.length > 0 ? "metadata" : "nothing"}`);
          file.write(0, bytes);
          file.truncate(bytes.length);
        },
        release: () => log.push(`unlock ${path}`),
      };
    },
  };
  const make = (parts: Partial<LockParts> = {}) =>
    new ProtocolLocks({
      files,
      readLink: () => "",
      loadMechanism: async () => mechanism,
      fallback: null,
      ...parts,
    });
  return { files, log, make };
}

test("acquire() locks the lockfile, then the capsule, then writes; release() goes the other way", async () => {
  const { files, log, make } = setUp();
  files.writeFile(PATH, encodeUtf8("capsule"));
  const result = await make().acquire(PATH, { metadata: { pid: 1 } });
  if (result.state === "held") result.lock.release();
  const taken = [`lock ${LOCKFILE}`, `lock ${PATH}`, "write metadata"];
  expect(log).toEqual([...taken, "write nothing", `unlock ${PATH}`, `unlock ${LOCKFILE}`]);
});

test("acquire() starts over when the lockfile was replaced between opening and locking", async () => {
  let replacements = 2;
  const { files, log, make } = setUp({
    opened: () => {
      if (replacements-- > 0) files.writeFile(LOCKFILE, encodeUtf8("{}"));
    },
  });
  const result = await make().acquire(PATH, { metadata: { pid: 1 } });
  expect(result.state).toBe("held");
  const passes = [`lock ${LOCKFILE}`, `unlock ${LOCKFILE}`];
  expect(log).toEqual([...passes, ...passes, `lock ${LOCKFILE}`, "write metadata"]);
  if (result.state === "held") result.lock.check();
});

test("acquire() starts over when the capsule was replaced meanwhile", async () => {
  let replaced = false;
  const { files, log, make } = setUp({
    opened: (path) => {
      if (path === PATH && !replaced) files.writeFile(PATH, encodeUtf8("other"));
      replaced ||= path === PATH;
    },
  });
  files.writeFile(PATH, encodeUtf8("capsule"));
  const result = await make().acquire(PATH, { metadata: {} });
  if (result.state === "held") result.lock.check();
  const pass = [`lock ${LOCKFILE}`, `lock ${PATH}`];
  expect(log).toEqual([...pass, `unlock ${PATH}`, `unlock ${LOCKFILE}`, ...pass, "write metadata"]);
});

test("acquire() gives up on a lockfile that is replaced for ever", async () => {
  const { files, make } = setUp({ opened: () => files.writeFile(LOCKFILE, encodeUtf8("{}")) });
  await expect(make().acquire(PATH, { metadata: {} })).rejects.toMatchObject({ code: "Busy" });
});

test("acquire() waits for metadata that is being written", async () => {
  let attempts = 0;
  const { files, make } = setUp({
    busy: () => {
      attempts++;
      if (attempts === 1) files.writeFile(LOCKFILE, encodeUtf8('{"pid":'));
      if (attempts === 4) files.writeFile(LOCKFILE, encodeUtf8('{"pid":7}'));
      return true;
    },
  });
  const holder = { lockfilePath: LOCKFILE, metadata: { pid: 7 } };
  expect(await make().acquire(PATH, { metadata: {} })).toEqual({ state: "busy", holder });
  expect(attempts).toBe(4);
});

test("acquire() isn't refused by a lock of a moment, though a dead holder's metadata stands there", async () => {
  let refusals = 1;
  const { files, make } = setUp({ busy: () => refusals-- > 0 });
  files.writeFile(LOCKFILE, encodeUtf8('{"pid":7}'));
  expect((await make().acquire(PATH, { metadata: {} })).state).toBe("held");
});

test("acquire() unlocks again when it fails half-way", async () => {
  const { log, make } = setUp();
  const fallback = {
    acquire: () => {
      throw new Error("not asked");
    },
    holder: () => {
      throw new Error("disk");
    },
  };
  await expect(make({ fallback }).acquire(PATH, { metadata: {} })).rejects.toThrow("disk");
  expect(log.at(-1)).toBe(`unlock ${LOCKFILE}`);
});

test("without a mechanism acquire() is LockUnavailable, or the fallback's if that is allowed", async () => {
  const asked: unknown[] = [];
  const holder: LockHolder = { lockfilePath: "/x", metadata: { pid: 3 } };
  const fallback: FallbackLocks = {
    acquire: (capsulePath: string, lockfilePath: string, metadata: JsonObject) => {
      asked.push(capsulePath, lockfilePath, metadata);
      return { state: "busy", holder };
    },
    holder: () => holder,
  };
  const parts = { loadMechanism: async () => null, fallback };
  const locks = setUp().make(parts);
  await expect(locks.acquire(PATH, { metadata: {} })).rejects.toMatchObject({ code: "LockUnavailable" });
  expect(asked).toEqual([]);
  expect(await locks.acquire(PATH, { metadata: { pid: 1 }, allowFallback: true })).toEqual({ state: "busy", holder });
  expect(asked).toEqual([PATH, LOCKFILE, { pid: 1 }]);
  expect(await locks.kind()).toBeNull();
  expect(await locks.inspect(PATH)).toEqual({ state: "held", holder });
});

test("a real lock is refused, and given back, while a fallback's holder lives", async () => {
  const holder: LockHolder = { lockfilePath: "/x", metadata: { pid: 3 } };
  const { log, make } = setUp();
  const fallback: FallbackLocks = { acquire: () => ({ state: "busy", holder }), holder: () => holder };
  expect(await make({ fallback }).acquire(PATH, { metadata: {} })).toEqual({ state: "busy", holder });
  const pass = [`lock ${LOCKFILE}`, "write metadata", "write nothing", `unlock ${LOCKFILE}`];
  expect(log).toEqual([...pass, ...pass]);
});

test("the mechanism is loaded once, and only when a lock is asked for", async () => {
  let loads = 0;
  const { files, make } = setUp();
  const locks = make({
    loadMechanism: async () => {
      loads++;
      return null;
    },
  });
  files.stat(PATH);
  expect(loads).toBe(0);
  await Promise.all([locks.kind(), locks.kind(), locks.inspect(PATH)]);
  expect(loads).toBe(1);
});
