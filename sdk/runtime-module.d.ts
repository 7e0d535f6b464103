/** The runtime that this program runs in: package.json's `imports` leads the name to one of `runtimes/*.ts`. */
declare module "#runtime" {
  export const runtime: import("../runtimes/contract.js").Runtime;
}
