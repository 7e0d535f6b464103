/** Text within Markdown. */

/** A text on one line, so that nothing in it is taken for Markdown, in a cell of a table or outside. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\|`*_<>[\]]/g, "\\$&");
}
