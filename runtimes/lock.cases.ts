/**
 * Laws of the lock within one process, for every runtime. A second `acquire` in the same process is refused like any other
 * contender's. `lock.test.ts` has what needs several processes.
 */

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { type Case, failsWith } from "./contract.cases.js";
import type { Lock, Runtime } from "./contract.js";
import { decodeUtf8, encodeUtf8 } from "./std.js";

const METADATA = { pid: 12345, host: "workstation", user: null, started_at: "2026-01-01T00:00:00Z", run_id: "é" };

async function hold({ locks }: Runtime, path: string): Promise<Lock> {
  const result = await locks.acquire(path, { metadata: METADATA });
  if (result.state !== "held") throw new Error(`expected to get the lock of ${path}, which is busy`);
  return result.lock;
}

export const LOCK_CASES: readonly Case[] = [
  {
    name: "acquire() writes the metadata, refuses a second holder with it, and release() empties the file",
    run: async (runtime, directory) => {
      const { files, locks } = runtime;
      const path = `${directory}/c.mv2`;
      files.writeFile(path, encodeUtf8("capsule"));
      const lock = await hold(runtime, path);
      equal(lock.kind, await locks.kind());
      equal(lock.capsulePath, files.realPath(path));
      equal(lock.lockfilePath, `${lock.capsulePath}.lock`);
      deepEqual(JSON.parse(decodeUtf8(files.readFile(lock.lockfilePath))), METADATA);
      deepEqual(await locks.acquire(path, { metadata: {} }), {
        state: "busy",
        holder: { lockfilePath: lock.lockfilePath, metadata: METADATA },
      });
      lock.check();
      lock.release();
      lock.release();
      equal(files.stat(lock.lockfilePath)?.sizeBytes, 0);
      const next = await hold(runtime, path);
      next.check();
      next.release();
      equal(decodeUtf8(files.readFile(path)), "capsule");
    },
  },
  {
    name: "acquire() writes shorter metadata over longer without a rest",
    run: async (runtime, directory) => {
      const path = `${directory}/c.mv2`;
      runtime.files.writeFile(`${path}.lock`, encodeUtf8(JSON.stringify({ ...METADATA, left: "x".repeat(500) })));
      const lock = await hold(runtime, path);
      deepEqual(JSON.parse(decodeUtf8(runtime.files.readFile(lock.lockfilePath))), METADATA);
      lock.release();
    },
  },
  {
    name: "acquire() works before the capsule exists, and cover() extends the lock to it",
    run: async (runtime, directory) => {
      const { files, locks } = runtime;
      const path = `${directory}/c.mv2`;
      const lock = await hold(runtime, path);
      throws(() => lock.cover(), failsWith("NotFound"));
      const file = files.open(path, { mode: "create-exclusive" });
      lock.check(file);
      lock.cover();
      lock.cover();
      lock.check(file);
      files.remove(lock.lockfilePath);
      throws(() => lock.check(), failsWith("LockLost", lock.lockfilePath));
      equal((await locks.acquire(path, { metadata: {} })).state, "busy");
      lock.release();
      file.close();
      (await hold(runtime, path)).release();
    },
  },
  {
    name: "acquire() in a directory that doesn't exist is NotFound",
    run: async ({ locks }, directory) => {
      await rejects(locks.acquire(`${directory}/none/c.mv2`, { metadata: {} }), failsWith("NotFound"));
    },
  },
  {
    name: "acquire() of a directory is an error and leaves the lock free",
    run: async ({ files, locks }, directory) => {
      files.makeDirectory(`${directory}/d`);
      await rejects(locks.acquire(`${directory}/d`, { metadata: {} }), failsWith("IsDirectory"));
      deepEqual(await locks.inspect(`${directory}/d`), { state: "free" });
    },
  },
  {
    name: "check() notices a deleted or replaced lockfile, a replaced capsule, and a foreign handle",
    run: async (runtime, directory) => {
      const { files } = runtime;
      const spoil: readonly { readonly suffix: string; readonly act: (path: string) => unknown }[] = [
        { suffix: ".lock", act: (path) => files.remove(path) },
        { suffix: ".lock", act: (path) => files.writeFile(path, encodeUtf8("{}")) },
        { suffix: "", act: (path) => files.remove(path) },
        { suffix: "", act: (path) => files.writeFile(path, encodeUtf8("other")) },
      ];
      for (const [index, { suffix, act }] of spoil.entries()) {
        const path = `${files.realPath(directory)}/${index}.mv2`;
        files.writeFile(path, encodeUtf8("capsule"));
        const lock = await hold(runtime, path);
        lock.check();
        act(path + suffix);
        throws(() => lock.check(), failsWith("LockLost", path + suffix));
        lock.release();
      }
      const path = `${directory}/handle.mv2`;
      files.writeFile(path, encodeUtf8("old"));
      const old = files.open(path, { mode: "write" });
      files.writeFile(path, encodeUtf8("new"));
      const lock = await hold(runtime, path);
      lock.check();
      throws(() => lock.check(old), failsWith("LockLost"));
      lock.release();
      old.close();
    },
  },
  {
    name: "replaceCapsule() puts a locked file in place, and keeps the old one on failure",
    run: async (runtime, directory) => {
      const { files, locks } = runtime;
      const path = `${directory}/c.mv2`;
      files.writeFile(path, encodeUtf8("old"));
      files.writeFile(`${directory}/new`, encodeUtf8("new"));
      const lock = await hold(runtime, path);
      throws(() => lock.replaceCapsule(`${directory}/none`), failsWith("NotFound"));
      lock.check();
      lock.replaceCapsule(`${directory}/new`);
      equal(decodeUtf8(files.readFile(path)), "new");
      lock.check();
      files.remove(lock.lockfilePath);
      equal((await locks.acquire(path, { metadata: {} })).state, "busy");
      throws(() => lock.replaceCapsule(path), failsWith("LockLost"));
      lock.release();
      (await hold(runtime, path)).release();
    },
  },
  {
    name: "cover() follows a capsule that was moved away and created anew",
    run: async (runtime, directory) => {
      const { files } = runtime;
      const path = `${directory}/c.mv2`;
      files.writeFile(path, encodeUtf8("old"));
      const lock = await hold(runtime, path);
      files.rename(path, `${directory}/backup`);
      files.open(path, { mode: "create-exclusive" }).close();
      throws(() => lock.check(), failsWith("LockLost"));
      lock.cover();
      lock.check();
      // The old file is let go of: under another name it is a capsule like any.
      (await hold(runtime, `${directory}/backup`)).release();
      lock.release();
    },
  },
  {
    name: "a released lock refuses everything but release()",
    run: async (runtime, directory) => {
      const lock = await hold(runtime, `${directory}/c.mv2`);
      lock.release();
      for (const call of [() => lock.check(), () => lock.cover(), () => lock.replaceCapsule(`${directory}/x`)]) {
        throws(call, failsWith("Closed"));
      }
    },
  },
  {
    name: "inspect() tells free, held and stale, and creates nothing",
    run: async (runtime, directory) => {
      const { files, locks } = runtime;
      const path = `${directory}/c.mv2`;
      deepEqual(await locks.inspect(path), { state: "free" });
      equal(files.list(directory).length, 0);
      const lock = await hold(runtime, path);
      const holder = { lockfilePath: lock.lockfilePath, metadata: METADATA };
      deepEqual(await locks.inspect(path), { state: "held", holder });
      lock.release();
      deepEqual(await locks.inspect(path), { state: "free" });
      files.writeFile(lock.lockfilePath, encodeUtf8(JSON.stringify(METADATA)));
      deepEqual(await locks.inspect(path), { state: "stale", holder });
      files.writeFile(path, encodeUtf8("capsule"));
      const second = await hold(runtime, path);
      files.remove(lock.lockfilePath);
      deepEqual(await locks.inspect(path), {
        state: "held",
        holder: { lockfilePath: lock.lockfilePath, metadata: null },
      });
      second.release();
    },
  },
  {
    name: "acquire() reports a holder without metadata when what it wrote is no JSON object",
    run: async (runtime, directory) => {
      const { files, locks } = runtime;
      const lock = await hold(runtime, `${directory}/c.mv2`);
      for (const text of ["[1]", "{"]) {
        const file = files.open(lock.lockfilePath, { mode: "write" });
        file.truncate(0);
        file.write(0, encodeUtf8(text));
        file.close();
        const result = await locks.acquire(`${directory}/c.mv2`, { metadata: {} });
        ok(result.state === "busy" && result.holder.metadata === null, text);
      }
      lock.release();
    },
  },
];
