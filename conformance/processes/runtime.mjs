/** Prints which runtime's shims a program in this repository gets. */
import { runtime } from "#runtime";

console.log(runtime.environment.runtimeName);
