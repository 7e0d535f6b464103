/** The package in a headless Chromium: bundled as for a web page, so that it takes the runtime in memory. */

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { build } from "esbuild";
import { npmPackage } from "./downloads.js";

const CHROMIUM = "@sparticuz/chromium@153.0.0";
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The browser's program and the folder of its libraries. */
export interface Browser {
  readonly program: string;
  readonly libraries: string;
}

/** Fetches the browser; it is unpacked beside the package that brings it. */
export async function prepareBrowser(): Promise<Browser> {
  const folder = await npmPackage(CHROMIUM);
  const program = join(folder, "chromium");
  if (!existsSync(program)) {
    for (const name of ["al2023.tar", "swiftshader.tar"]) {
      writeFileSync(join(folder, name), brotliDecompressSync(readFileSync(join(folder, "bin", `${name}.br`))));
      execFileSync("tar", ["xf", name], { cwd: folder });
    }
    // Last: whoever finds it takes the rest for unpacked.
    writeFileSync(`${program}.partial`, brotliDecompressSync(readFileSync(join(folder, "bin", "chromium.br"))));
    chmodSync(`${program}.partial`, 0o755);
    renameSync(`${program}.partial`, program);
  }
  return { program, libraries: join(folder, "lib") };
}

async function bundle(project: string): Promise<string> {
  const page = join(project, "browser-page.mjs");
  copyFileSync(here("./browser-page.mjs"), page);
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    alias: { "node:path": here("./base-name.mjs") },
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

function serve(script: string, told: (report: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      request.on("end", () => {
        response.end();
        told(body);
      });
    } else if (request.url === "/page.js") {
      response.setHeader("content-type", "text/javascript; charset=utf-8").end(script);
    } else {
      response
        .setHeader("content-type", "text/html")
        .end('<!doctype html><script type="module" src="/page.js"></script>');
    }
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** Runs the topics of the package that `project` has installed; answers the report as JSON. `folder` is the browser's to write to. */
export async function reportOfBrowser(
  { program, libraries }: Browser,
  project: string,
  folder: string,
  timeoutMs: number,
): Promise<string> {
  const script = await bundle(project);
  let tell: (report: string) => void = () => undefined;
  const report = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const server = await serve(script, tell);
  mkdirSync(folder, { recursive: true });
  // No sandbox, since it may be root who runs this: the page is ours alone.
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--single-process", "--no-zygote"];
  const child = spawn(
    program,
    [...flags, `--user-data-dir=${folder}`, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`],
    { stdio: "ignore", env: { ...process.env, LD_LIBRARY_PATH: libraries } },
  );
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<never>((_, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => reject(new Error(`Chromium ended with ${code ?? signal}`)));
      timer = setTimeout(() => reject(new Error(`Chromium gave no report in ${timeoutMs / 1000} s`)), timeoutMs);
    });
    return await Promise.race([report, ended]);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
  }
}
