/** Parsers of options that several commands take. */

import { InvalidArgumentError } from "commander";

/** A whole number of 0 or more. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("Expected a whole number of 0 or more.");
}

/** Gathers an option that may be given several times. */
export function collect(text: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), text];
}

/** The spec as the SDK takes it: left out when absent. */
export function specOf(options: { readonly spec?: string }): { specId?: string } {
  return options.spec === undefined ? {} : { specId: options.spec };
}

/** All that an async iterable gives. (`Array.fromAsync` is newer than the oldest Node that is supported.) */
export async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}
