/** Reports as files: JSON for programs, Markdown for people. */

import { joinPath, portablePath } from "../../runtimes/paths.js";
import { encodeUtf8 } from "../../runtimes/std.js";
import { translating } from "../machine-errors.js";
import { defaultRuntime } from "../runtime.js";

export interface ReportFiles {
  readonly json: string;
  readonly markdown: string;
}

/** Writes `<name>.json` and `<name>.md` into a directory, which is made if need be. */
export function writeReport(out: string, name: string, report: unknown, markdown: string): ReportFiles {
  const directory = portablePath(out, defaultRuntime.environment.platform);
  const paths = { json: joinPath(directory, `${name}.json`), markdown: joinPath(directory, `${name}.md`) };
  translating(`write the report into ${JSON.stringify(directory)}`, () => {
    const { files } = defaultRuntime;
    files.makeDirectory(directory);
    files.writeFile(paths.json, encodeUtf8(`${JSON.stringify(report, null, 2)}\n`));
    files.writeFile(paths.markdown, encodeUtf8(markdown));
  });
  return paths;
}
