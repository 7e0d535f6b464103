/** Output for eyes: lines and tables. All text is cleaned here, so that no command can forget it. */

import Table from "cli-table3";
import { cleanLine, cleanText } from "./clean-text.js";
import type { Colors } from "./terminal.js";

export type Style = "plain" | "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Text with a style. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Part = string | number | Span;

const plain = (part: Part): Span => (typeof part === "object" ? part : { text: String(part), style: "plain" });

export const bold = (text: string): Span => ({ text, style: "bold" });
export const dim = (text: string): Span => ({ text, style: "dim" });
export const red = (text: string): Span => ({ text, style: "red" });
export const green = (text: string): Span => ({ text, style: "green" });
export const yellow = (text: string): Span => ({ text, style: "yellow" });
export const cyan = (text: string): Span => ({ text, style: "cyan" });

/** A column's heading; numbers stand at the right. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** Gathers what a command shows. */
export class Screen {
  private text = "";

  constructor(private readonly colors: Colors) {}

  /** A line; without arguments an empty one. */
  line(...parts: readonly Part[]): void {
    this.text += `${parts.map((part) => this.render(part)).join("")}\n`;
  }

  /** Text of many lines, indented. */
  block(text: string, indent = ""): void {
    for (const line of cleanText(text).split("\n")) this.text += `${indent}${line}\n`;
  }

  table(columns: readonly Column[], rows: readonly (readonly Part[])[]): void {
    const table = new Table({
      head: columns.map(({ title }) => this.render(dim(title))),
      colAligns: columns.map(({ align = "left" }) => align),
      chars: NO_LINES,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    });
    for (const row of rows) table.push(row.map((part) => this.render(part)));
    this.text += trimLineEnds(`${table.toString()}\n`);
  }

  /** Names and values, one below the other. */
  pairs(pairs: readonly (readonly [name: string, ...value: readonly Part[]])[]): void {
    const width = Math.max(...pairs.map(([name]) => name.length));
    for (const [name, ...value] of pairs) this.line(dim(name.padEnd(width)), "  ", ...value);
  }

  toString(): string {
    return this.text;
  }

  private render(part: Part): string {
    const { text, style } = plain(part);
    const clean = cleanLine(text);
    return style === "plain" ? clean : this.colors[style](clean);
  }
}

function trimLineEnds(text: string): string {
  return text.replace(/[ ]+$/gm, "");
}
