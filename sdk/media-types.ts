/** From a file name's extension to its media type: the few that engineering runs produce. */

/** What is said of content whose extension says nothing. */
export const DEFAULT_MEDIA_TYPE = "application/octet-stream";

const MEDIA_TYPES: { readonly [extension: string]: string } = {
  avif: "image/avif",
  bash: "application/x-sh",
  bin: DEFAULT_MEDIA_TYPE,
  bmp: "image/bmp",
  c: "text/x-c",
  cc: "text/x-c",
  cpp: "text/x-c",
  css: "text/css",
  csv: "text/csv",
  diff: "text/x-diff",
  gif: "image/gif",
  go: "text/x-go",
  gz: "application/gzip",
  h: "text/x-c",
  htm: "text/html",
  html: "text/html",
  ini: "text/plain",
  java: "text/x-java",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  jsonl: "application/jsonl",
  jsx: "text/javascript",
  log: "text/plain",
  md: "text/markdown",
  mdx: "text/markdown",
  mjs: "text/javascript",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  patch: "text/x-diff",
  pdf: "application/pdf",
  png: "image/png",
  py: "text/x-python",
  rb: "text/x-ruby",
  rs: "text/x-rust",
  sh: "application/x-sh",
  sql: "application/sql",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  toml: "application/toml",
  ts: "text/x-typescript",
  tsv: "text/tab-separated-values",
  tsx: "text/x-typescript",
  txt: "text/plain",
  wasm: "application/wasm",
  wav: "audio/wav",
  webp: "image/webp",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
};

/** The media type that a path's extension stands for; {@link DEFAULT_MEDIA_TYPE} if it says nothing. */
export function mediaTypeOf(path: string): string {
  const dot = path.lastIndexOf(".");
  if (dot <= path.lastIndexOf("/")) return DEFAULT_MEDIA_TYPE;
  return lookUp(path.slice(dot + 1)) ?? lookUp(path.slice(dot + 1).toLowerCase()) ?? DEFAULT_MEDIA_TYPE;
}

function lookUp(extension: string): string | undefined {
  return Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined;
}
