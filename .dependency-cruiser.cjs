/**
 * Who may import whom, as docs/architecture.md says it. The core's layers, lowest first; each imports only those before it.
 */
const coreLayers = [
  "memory",
  "bytes",
  "hash",
  "age",
  "codec",
  "format",
  "log",
  "uri",
  "text",
  "segment",
  "search",
  "capsule",
];

/** A rule for each layer of the core: nothing above it, and none of the exports table. */
const layerRules = coreLayers.map((layer, index) => ({
  name: `asm-${layer}-imports-only-below`,
  severity: "error",
  from: { path: `^asm/${layer}/`, pathNot: "\\.test\\.ts$" },
  to: { path: `^asm/(${[...coreLayers.slice(index + 1), "index\\.ts", "testing"].join("|")})` },
}));

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    ...layerRules,
    {
      name: "core-is-alone",
      comment: "asm/ is another language: nothing of it imports TypeScript, and only its tests import helpers.",
      severity: "error",
      from: { path: "^asm/", pathNot: "(\\.test\\.ts|\\.mjs|^asm/testing/)" },
      to: { path: "^(sdk|runtimes|conformance)/" },
    },
    {
      name: "core-only-through-sdk-core",
      severity: "error",
      from: { path: "^sdk/", pathNot: ["^sdk/core/", "\\.test\\.ts$"] },
      to: { path: "^sdk/core/wasm\\.generated\\.ts" },
    },
    {
      name: "world-only-through-the-contract",
      comment: "sdk/ knows the contract and its helpers; which runtime it has is decided by the package's imports.",
      severity: "error",
      from: { path: "^sdk/", pathNot: ["^sdk/cli/", "\\.test\\.ts$", "^sdk/testing/"] },
      to: { path: "^runtimes/", pathNot: "^runtimes/(contract|std|paths|node)\\.ts$" },
    },
    {
      name: "no-host-modules-in-sdk",
      severity: "error",
      from: { path: "^sdk/", pathNot: ["^sdk/cli/", "\\.test\\.ts$", "^sdk/testing/"] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "sdk-below-cli",
      severity: "error",
      from: { path: "^sdk/", pathNot: ["^sdk/cli/", "\\.test\\.ts$"] },
      to: { path: "^sdk/cli/" },
    },
    {
      name: "sdk-below-conformance",
      comment: "The topics of sdk/conformance/ use the SDK as programs do; only the command line uses them.",
      severity: "error",
      from: { path: "^sdk/", pathNot: ["^sdk/(cli|conformance)/", "\\.test\\.ts$"] },
      to: { path: "^(sdk/conformance|conformance)/" },
    },
    {
      name: "runtimes-do-not-import-each-other",
      severity: "error",
      from: { path: "^runtimes/(node|bun|deno|memory)\\.ts$" },
      to: { path: "^runtimes/(node|bun|deno|memory)\\.ts$" },
    },
    {
      name: "runtimes-are-below-the-sdk",
      severity: "error",
      from: { path: "^runtimes/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(sdk|asm|conformance)/" },
    },
    {
      name: "oracle-is-independent",
      severity: "error",
      from: { path: "^conformance/oracle/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(sdk|asm|runtimes|conformance/(?!oracle/))" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    exclude: { path: "(^dist/|^build/|node_modules)" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
      extensions: [".ts", ".mts", ".js", ".mjs"],
    },
  },
};
