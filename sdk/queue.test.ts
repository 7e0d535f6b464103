import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WriteQueue } from "./queue.js";

const later = <Value>(value: Value): Promise<Value> => new Promise((resolve) => setTimeout(() => resolve(value), 0));

describe("WriteQueue", () => {
  it("runs writes in the order of the calls, whether they answer at once or later", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (kinds) => {
        const queue = new WriteQueue(3, "wait");
        const order: number[] = [];
        const done = kinds.map((isSlow, index) =>
          queue.run(() => {
            if (!isSlow) return order.push(index);
            return later(index).then(() => order.push(index));
          }),
        );
        await Promise.all(done);
        expect(order).toEqual(kinds.map((_, index) => index));
        expect(queue.length).toBe(0);
        expect(queue.barrier()).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it("starts a write after the call has returned", async () => {
    const queue = new WriteQueue(2, "wait");
    let started = false;
    const done = queue.run(() => {
      started = true;
    });
    expect(started).toBe(false);
    expect(queue.length).toBe(1);
    await done;
    expect(started).toBe(true);
  });

  it("rejects with WriteQueueFull beyond its capacity, and takes writes again when there is room", async () => {
    const queue = new WriteQueue(2, "reject");
    const first = queue.run(() => later(1));
    const second = queue.run(() => 2);
    await expect(queue.run(() => 3)).rejects.toMatchObject({ code: "WriteQueueFull", details: { capacity: 2 } });
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(await queue.run(() => 4)).toBe(4);
  });

  it("lets writes beyond its capacity wait, in order", async () => {
    const queue = new WriteQueue(2, "wait");
    const results: number[] = [];
    const writes = Array.from({ length: 3000 }, (_, index) => queue.run(() => results.push(index)));
    expect(queue.length).toBe(2);
    await Promise.all(writes);
    expect(results).toEqual(results.toSorted((a, b) => a - b));
    expect(results).toHaveLength(3000);
  });

  it("goes on after a write that failed", async () => {
    const queue = new WriteQueue(5, "wait");
    const failing = queue.run(() => {
      throw new Error("no");
    });
    const rejecting = queue.run(() => Promise.reject(new Error("not either")));
    const fine = queue.run(() => "yes");
    await expect(failing).rejects.toThrow("no");
    await expect(rejecting).rejects.toThrow("not either");
    expect(await fine).toBe("yes");
  });

  it("barrier() resolves once the earlier writes are done, without waiting for later ones", async () => {
    const queue = new WriteQueue(5, "wait");
    let done = 0;
    void queue.run(() => later(0).then(() => done++));
    const barrier = queue.barrier();
    void queue.run(() => new Promise(() => undefined));
    await barrier;
    expect(done).toBe(1);
  });

  it("awaitProducer() lets readers through while a write waits for its caller", async () => {
    const queue = new WriteQueue(5, "wait");
    let reader: Promise<void> | undefined;
    const write = queue.run(() =>
      queue.awaitProducer(async () => {
        // The producer reads: it must not wait for the write that waits for it.
        reader = queue.barrier();
        await reader;
        return "produced";
      }),
    );
    const early = queue.barrier();
    await early;
    expect(await write).toBe("produced");
    expect(reader).toBeUndefined();
  });
});
