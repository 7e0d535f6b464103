/** Prints what surrounds the program, as JSON. */

import { runtime } from "#runtime";

const { environment } = runtime;
const { exitCode, stdout } = await environment.runProgram("printf", ["hi"]);
const report = {
  runtimeName: environment.runtimeName,
  runtimeVersion: environment.runtimeVersion,
  processId: environment.processId,
  hostName: environment.hostName(),
  userName: environment.userName(),
  currentDirectory: environment.currentDirectory(),
  variable: environment.variable("USER"),
  program: { exitCode, stdout: [...stdout] },
};
console.log(JSON.stringify(report));
