/** The version of this tool, which stands in every JSON document. A test compares it with package.json. */
export const TOOL_VERSION = "0.1.0";
