/** URIs that an export keeps for what it says of itself. */

import { DEFAULT_SPEC, formatUri, parseUri, type Uri } from "../uri.js";

/** Stands in every manifest. */
export const MANIFEST_VERSION = 1;

/** The run, of the reserved spec, that nothing else may be put into. */
export const EXPORT_RUN = "export";

function exportUri(workspaceId: string, path: string): Uri {
  return formatUri({ workspaceId, specId: DEFAULT_SPEC, runId: EXPORT_RUN, type: "artifact", path });
}

export const manifestUri = (workspaceId: string): Uri => exportUri(workspaceId, "manifest.json");
export const goldenUri = (workspaceId: string): Uri => exportUri(workspaceId, "golden.json");
export const redactionsUri = (workspaceId: string): Uri => exportUri(workspaceId, "redactions.jsonl");
export const omissionsUri = (workspaceId: string): Uri => exportUri(workspaceId, "omissions.jsonl");

/** Whether a spec and run are those of {@link manifestUri}. */
export function isExportPlace(specId: string | null, runId: string | null): boolean {
  return specId === DEFAULT_SPEC && runId === EXPORT_RUN;
}

/** Whether a URI lies where only exports write. */
export function isExportUri(uri: string): boolean {
  const { specId, runId } = parseUri(uri);
  return isExportPlace(specId, runId);
}
