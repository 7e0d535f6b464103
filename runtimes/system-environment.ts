/** What surrounds the program, over the `node:` modules that Node, Bun and Deno share. */

import os from "node:os";
import process from "node:process";
import type { Environment, Hash, HttpAnswer, HttpRequest, ProgramOptions, ProgramResult } from "./contract.js";
import { runtimeError, toRuntimeError } from "./errors.js";
import { hostOf, request } from "./http.js";
import { portablePath } from "./paths.js";
import { secureRandomBytes } from "./std.js";

/** Something the runtime's sandbox may hold back. Only Deno has one. */
export type Permission =
  | { readonly kind: "sys"; readonly name: "hostname" | "userInfo" | "homedir" }
  /** Without a name: all variables. */
  | { readonly kind: "env"; readonly name?: string }
  | { readonly kind: "read"; readonly name: string }
  | { readonly kind: "run"; readonly name: string }
  /** A server: host and port, as a URL has them. */
  | { readonly kind: "net"; readonly name: string };

export interface SystemEnvironmentOptions {
  readonly runtimeName: "node" | "bun" | "deno";
  readonly runtimeVersion: string;
  /** `node:crypto`, loaded when needed: it costs milliseconds that every short script would pay. */
  loadCrypto(): typeof import("node:crypto");
  /** Whether asking for it would succeed, without asking a person. */
  permits(permission: Permission): boolean;
}

const PLATFORMS: { readonly [name: string]: Environment["platform"] } = {
  linux: "linux",
  android: "linux",
  darwin: "macos",
  win32: "windows",
};

export function currentPlatform(): Environment["platform"] {
  return PLATFORMS[process.platform] ?? "other";
}

const DEFAULT_OUTPUT_BYTES = 16 * 1024 * 1024;
export class SystemEnvironment implements Environment {
  readonly runtimeName: Environment["runtimeName"];
  readonly runtimeVersion: string;
  readonly platform = currentPlatform();
  readonly processId = process.pid;
  readonly #options: SystemEnvironmentOptions;

  constructor(options: SystemEnvironmentOptions) {
    this.runtimeName = options.runtimeName;
    this.runtimeVersion = options.runtimeVersion;
    this.#options = options;
  }

  hostName(): string | null {
    return this.#ask({ kind: "sys", name: "hostname" }, () => os.hostname());
  }

  userName(): string | null {
    const name = this.#ask({ kind: "sys", name: "userInfo" }, () => os.userInfo().username);
    // Bun says "unknown" for an id without a passwd entry, where Node throws.
    if (name !== null && name !== "unknown") return name;
    return (this.platform === "windows" ? this.variable("USERNAME") : this.variable("USER")) || null;
  }

  homeDirectory(): string | null {
    const fromVariable = this.variable(this.platform === "windows" ? "USERPROFILE" : "HOME");
    const home = fromVariable || this.#ask({ kind: "sys", name: "homedir" }, () => os.homedir());
    return home === null ? null : portablePath(home, this.platform);
  }

  currentDirectory(): string | null {
    const directory = this.#ask({ kind: "read", name: "." }, () => process.cwd());
    return directory === null ? null : portablePath(directory, this.platform);
  }

  variable(name: string): string | undefined {
    if (!this.#options.permits({ kind: "env", name })) return undefined;
    return process.env[name];
  }

  now(): number {
    return Date.now();
  }

  randomBytes(count: number): Uint8Array {
    return secureRandomBytes(count);
  }

  sha256(): Hash {
    const hash = this.#options.loadCrypto().createHash("sha256");
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => new Uint8Array(hash.digest()),
    };
  }

  async runProgram(name: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const missing = !this.#options.permits({ kind: "run", name })
      ? `--allow-run=${name}`
      : // The program inherits all variables.
        !this.#options.permits({ kind: "env" }) && "--allow-env";
    if (missing) throw runtimeError("PermissionDenied", "run", name, { permissionFlag: missing });
    // Loaded when needed, as `node:crypto` is.
    const { execFile } = await import("node:child_process");
    const limits = {
      encoding: "buffer",
      timeout: options.timeoutMs ?? 0,
      killSignal: "SIGKILL",
      maxBuffer: options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
      windowsHide: true,
    } as const;
    return await new Promise<ProgramResult>((resolve, reject) => {
      const child = execFile(name, [...args], limits, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        // A number is the program's own answer, nothing a signal; a text names why it couldn't run.
        if (typeof code === "string" && code !== "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") {
          reject(toRuntimeError(error, "run", name));
          return;
        }
        resolve({
          exitCode: typeof code === "number" ? code : null,
          stdout: Uint8Array.from(stdout),
          stderr: Uint8Array.from(stderr),
        });
      });
      child.stdin?.end();
    });
  }

  async request(url: string, options: HttpRequest = {}): Promise<HttpAnswer> {
    const host = hostOf(url);
    if (!this.#options.permits({ kind: "net", name: host })) {
      throw runtimeError("PermissionDenied", "ask", url, { permissionFlag: `--allow-net=${host}` });
    }
    return request(url, options);
  }

  #ask(permission: Permission, question: () => string): string | null {
    if (!this.#options.permits(permission)) return null;
    try {
      return question() || null;
    } catch {
      return null;
    }
  }
}
