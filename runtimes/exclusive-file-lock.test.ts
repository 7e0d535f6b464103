import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import type { FileIdentity, JsonObject, Lock, LockResult } from "./contract.js";
import { DiskFileSystem } from "./disk-files.js";
import { ExclusiveFileLocks } from "./exclusive-file-lock.js";
import { currentProcess, isCertainlyGone, type ProcessAccess, type ProcessIdentity } from "./process-identity.js";
import { temporaryDirectory } from "./testing/programs.js";

const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));

const files = new DiskFileSystem({
  platform: "linux",
  identity: (device, inode) => `${device}:${inode}` as FileIdentity,
  sync: (descriptor) => fs.fdatasyncSync(descriptor),
  requireAccess: () => undefined,
  mayAskForFileSystem: () => true,
});
const access: ProcessAccess = { mayRead: () => true, maySignal: () => true, hostName: () => os.hostname() };
const locks = new ExclusiveFileLocks(files, access);

let count = 0;
function newCapsule() {
  const path = `${root}/${count++}.mv2`;
  fs.writeFileSync(path, "capsule");
  return {
    path,
    lockfile: `${path}.lock`,
    exclusive: `${path}.lock.exclusive`,
    reaper: `${path}.lock.exclusive-reaper`,
  };
}

const acquire = (path: string, metadata: JsonObject = {}) => locks.acquire(path, `${path}.lock`, metadata);
function lockOf(result: LockResult): Lock {
  expect(result.state).toBe("held");
  return (result as { lock: Lock }).lock;
}

/** A process that has ended, and whose id hasn't been used again for now. */
const endedPid = spawnSync("true").pid;
const self = currentProcess(access);
const dead: ProcessIdentity = { ...self, pid: endedPid };

describe("isCertainlyGone()", () => {
  test.runIf(process.platform === "linux")("the current process is told by five things on Linux", () => {
    for (const value of Object.values(self)) expect(value).not.toBeNull();
    expect(self.pid_namespace).toMatch(/^pid:\[\d+\]$/);
    expect(self.started_ticks).toMatch(/^\d+$/);
  });

  test("a living process isn't gone, an ended one is", () => {
    expect(isCertainlyGone(self, access)).toBe(false);
    expect(isCertainlyGone(dead, access)).toBe(true);
    expect(isCertainlyGone(dead, { ...access, maySignal: () => false })).toBe(true);
  });

  test("a process id that was used again, or another boot of this host, is gone", () => {
    expect(isCertainlyGone({ ...self, started_ticks: "1" }, access)).toBe(true);
    expect(isCertainlyGone({ ...self, boot_id: "another" }, access)).toBe(true);
  });

  test("in all doubt it isn't gone", () => {
    const doubts: ProcessIdentity[] = [
      { ...dead, host: "another" },
      { ...dead, host: null },
      { ...dead, pid_namespace: "pid:[1]" },
      { ...dead, host: "another", boot_id: "another" },
      { ...self, started_ticks: null },
    ];
    for (const doubt of doubts) expect(isCertainlyGone(doubt, access)).toBe(false);
    const blind: ProcessAccess = { mayRead: () => false, maySignal: () => false, hostName: () => os.hostname() };
    expect(isCertainlyGone({ ...currentProcess(blind), pid: endedPid }, blind)).toBe(false);
    expect(isCertainlyGone({ ...dead, host: null }, { ...access, hostName: () => null })).toBe(false);
  });
});

describe("ExclusiveFileLocks", () => {
  test("acquire() refuses a second holder with the metadata, and release() frees", () => {
    const { path, lockfile, exclusive } = newCapsule();
    const lock = lockOf(acquire(path, { pid: process.pid, run_id: "a" }));
    expect(lock).toMatchObject({ kind: "exclusive-file", capsulePath: path, lockfilePath: exclusive });
    expect(fs.statSync(exclusive).mode & 0o777).toBe(0o600);
    const second = acquire(path);
    expect(second).toMatchObject({ state: "busy", holder: { metadata: { pid: process.pid, run_id: "a" } } });
    expect(locks.holder(lockfile)).toMatchObject({ metadata: { run_id: "a" } });
    lock.check();
    lock.release();
    lock.release();
    expect(fs.readdirSync(root).filter((name) => name.startsWith(path.slice(root.length + 1)))).toEqual([
      path.slice(root.length + 1),
    ]);
    lockOf(acquire(path)).release();
  });

  test("a dead holder's file is taken over, a living one's or an unreadable one is not", () => {
    const { path, lockfile, exclusive } = newCapsule();
    fs.writeFileSync(exclusive, JSON.stringify({ process: dead }));
    expect(locks.holder(lockfile)).toBeNull();
    const lock = lockOf(acquire(path));
    lock.check();
    lock.release();
    for (const content of [JSON.stringify({ process: self }), "", "{}", '{"process":{"pid":1}}']) {
      fs.writeFileSync(exclusive, content);
      expect(acquire(path).state).toBe("busy");
      expect(locks.holder(lockfile)).not.toBeNull();
      expect(fs.readFileSync(exclusive, "utf8")).toBe(content);
    }
  });

  test("while another reaper is at work nobody takes over", () => {
    const { path, exclusive, reaper } = newCapsule();
    fs.writeFileSync(exclusive, JSON.stringify({ process: dead }));
    fs.writeFileSync(reaper, "");
    expect(acquire(path).state).toBe("busy");
    expect(fs.existsSync(exclusive)).toBe(true);
    fs.rmSync(reaper);
    lockOf(acquire(path)).release();
    expect(fs.existsSync(reaper)).toBe(false);
  });

  test("a lockfile that names a holder of a real lock is respected", () => {
    const { path, lockfile, exclusive } = newCapsule();
    fs.writeFileSync(lockfile, '{"pid":5}');
    expect(acquire(path)).toEqual({ state: "busy", holder: { lockfilePath: lockfile, metadata: { pid: 5 } } });
    expect(fs.existsSync(exclusive)).toBe(false);
    fs.writeFileSync(lockfile, "");
    lockOf(acquire(path)).release();
  });

  test("check() notices a stolen lock and a replaced capsule, and release() leaves the thief's file", () => {
    const { path, exclusive } = newCapsule();
    const lock = lockOf(acquire(path));
    fs.rmSync(exclusive);
    expect(() => lock.check()).toThrow(expect.objectContaining({ code: "LockLost" }));
    const thief = lockOf(acquire(path));
    expect(() => lock.check()).toThrow(expect.objectContaining({ code: "LockLost" }));
    lock.release();
    thief.check();
    fs.writeFileSync(`${path}.new`, "new");
    thief.replaceCapsule(`${path}.new`);
    thief.check();
    fs.rmSync(path);
    expect(() => thief.check()).toThrow(expect.objectContaining({ code: "LockLost" }));
    thief.release();
  });
});
