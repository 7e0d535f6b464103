/** Runs the topics in a browser, with files in memory, and sends the report to the server that the page came from. */
import { makeReport } from "speckit-capsule/conformance";

const send = (body) => fetch("/report", { method: "POST", body });
try {
  const [, version = "unknown"] = /Chrome\/([\d.]+)/.exec(navigator.userAgent) ?? [];
  const runtime = { name: "chromium", version };
  await send(JSON.stringify(await makeReport({ folder: "/conformance" }, { architecture: null, runtime })));
} catch (error) {
  await send(JSON.stringify({ failed: String(error.stack ?? error) }));
}
