import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordNumbers } from "./record-numbers.js";

describe("RecordNumbers", () => {
  it("numbers what was written without a gap, whatever was left out", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (written) => {
        const numbers = new RecordNumbers();
        for (const isWritten of written) numbers.add(isWritten);
        let next = 0;
        const expected = written.map((isWritten) => (isWritten ? next++ : null));
        expect(written.map((_, source) => numbers.find(source))).toEqual(expected);
        expect(numbers.find(written.length)).toBeNull();
      }),
    );
  });
});
