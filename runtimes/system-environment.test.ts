import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { type Permission, SystemEnvironment } from "./system-environment.js";
import { bundle, HOSTS, temporaryDirectory, withDenoFlags } from "./testing/programs.js";

const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));

const loadCrypto = () => crypto;
const options = { runtimeName: "node", runtimeVersion: "20", loadCrypto } as const;
const environment = new SystemEnvironment({ ...options, permits: () => true });
const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("SystemEnvironment", () => {
  test("tells host, user, directories and variables", () => {
    expect(environment.hostName()).toBe(os.hostname());
    expect(environment.userName()).toBe(os.userInfo().username);
    expect(environment.homeDirectory()).toBe(os.homedir());
    expect(environment.currentDirectory()).toBe(process.cwd());
    expect(environment.variable("PATH")).toBe(process.env["PATH"]);
    expect(environment.processId).toBe(process.pid);
  });

  test("asks for nothing that isn't permitted", async () => {
    const asked: Permission[] = [];
    const limited = new SystemEnvironment({ ...options, permits: (permission) => asked.push(permission) === 0 });
    expect([limited.hostName(), limited.userName(), limited.homeDirectory(), limited.currentDirectory()]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(limited.variable("PATH")).toBeUndefined();
    const refusal = { code: "PermissionDenied", permissionFlag: "--allow-run=true" };
    await expect(limited.runProgram("true", [])).rejects.toMatchObject(refusal);
    expect(asked.length).toBeGreaterThan(5);
  });

  test("runProgram() gives exit code and both outputs as bytes, without a shell", async () => {
    const script = "process.stdout.write(process.argv[1]); process.stderr.write('e'); process.exitCode = 3";
    const result = await environment.runProgram(process.execPath, ["-e", script, "a b; $HOME"]);
    expect([result.exitCode, decode(result.stdout), decode(result.stderr)]).toEqual([3, "a b; $HOME", "e"]);
  });

  test("runProgram() gives an empty stdin, ends at its timeout, and stops endless output", async () => {
    const reading = await environment.runProgram(process.execPath, ["-e", "process.stdin.pipe(process.stdout)"]);
    expect([reading.exitCode, reading.stdout.length]).toEqual([0, 0]);
    const waiting = await environment.runProgram(process.execPath, ["-e", "setTimeout(() => 0, 60_000)"], {
      timeoutMs: 100,
    });
    expect(waiting.exitCode).toBeNull();
    const script = "setInterval(() => console.log('x'.repeat(1000)), 0)";
    const endless = await environment.runProgram(process.execPath, ["-e", script], { maxOutputBytes: 5000 });
    expect(endless.exitCode).toBeNull();
    expect(endless.stdout.length).toBe(5000);
  });

  test("runProgram() rejects with NotFound for no such program", async () => {
    const missing = environment.runProgram("speckit-no-such-program", []);
    await expect(missing).rejects.toMatchObject({ code: "NotFound", path: "speckit-no-such-program" });
  });
});

test.each(HOSTS)("%s tells its name, version and process, and runs programs", (host) => {
  const { file, args } = withDenoFlags(bundle(host, "environment.script.ts", root), "--allow-all");
  const version = /\d+\.\d+\.\d+/.exec(execFileSync(file, ["--version"], { encoding: "utf8" }))?.[0];
  const report = JSON.parse(
    execFileSync(file, [...args], { encoding: "utf8", cwd: root, env: { ...process.env, USER: "u" } }),
  );
  expect(report).toMatchObject({
    runtimeName: host.startsWith("node") ? "node" : host,
    runtimeVersion: version,
    hostName: os.hostname(),
    currentDirectory: root,
    variable: "u",
    program: { exitCode: 0, stdout: [104, 105] },
  });
  expect(report.userName).toEqual(expect.any(String));
  expect(report.processId).toBeGreaterThan(0);
});
