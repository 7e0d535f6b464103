import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileForTest } from "../testing/compile.js";

interface Exports {
  memory: WebAssembly.Memory;
  startReading(source: number, length: number): void;
  readPosition(): number;
  readableBytes(): number;
  readFailed(): number;
  readByte(): number;
  readBytes(count: number): number;
  readVarint32(): number;
  readVarint64(): bigint;
  writeVarint32(destination: number, value: number): number;
  writeVarint64(destination: number, value: bigint): number;
  varintBytes(value: bigint): number;
}

const AT = 1 << 20;
let core: Exports;
let bytes: Uint8Array;

beforeAll(async () => {
  core = await compileForTest<Exports>("asm/bytes/varint.ts");
  bytes = new Uint8Array(core.memory.buffer);
});

function place(...values: number[]): void {
  bytes.fill(0xff, AT - 16, AT + 64);
  bytes.set(values, AT);
  core.startReading(AT, values.length);
}

/** LEB128 by its definition. */
function encode(value: bigint): number[] {
  const encoded: number[] = [];
  for (; value >= 0x80n; value >>= 7n) encoded.push(Number(value & 0x7fn) | 0x80);
  return [...encoded, Number(value)];
}

const edges = Array.from({ length: 64 }, (_, bit) => [(1n << BigInt(bit)) - 1n, 1n << BigInt(bit)]).flat();
const values64 = [...new Set([...edges, (1n << 64n) - 1n])];

test("writeVarint64() and readVarint64() round-trip, shortest", () => {
  const check = (value: bigint) => {
    const encoded = encode(value);
    bytes.fill(0xee, AT, AT + 16);
    expect(core.writeVarint64(AT, value) - AT).toBe(encoded.length);
    expect([...bytes.slice(AT, AT + encoded.length)]).toEqual(encoded);
    expect(bytes[AT + encoded.length]).toBe(0xee);
    expect(core.varintBytes(value)).toBe(encoded.length);
    core.startReading(AT, encoded.length);
    expect(BigInt.asUintN(64, core.readVarint64())).toBe(value);
    expect(core.readFailed()).toBe(0);
    expect(core.readableBytes()).toBe(0);
  };
  values64.forEach(check);
  fc.assert(fc.property(fc.bigInt(0n, (1n << 64n) - 1n), check));
});

test("writeVarint32() and readVarint32() round-trip", () => {
  for (const value of values64.filter((value) => value < 1n << 32n)) {
    const encoded = encode(value);
    expect(core.writeVarint32(AT, Number(value)) - AT).toBe(encoded.length);
    core.startReading(AT, encoded.length);
    expect(core.readVarint32() >>> 0).toBe(Number(value));
    expect(core.readFailed()).toBe(0);
  }
});

test("readVarint32() refuses more than 32 bits", () => {
  place(...encode(1n << 32n));
  expect(core.readVarint32()).toBe(0);
  expect(core.readFailed()).toBe(1);
});

test("readVarint64() refuses what is cut short, too long, too large or not shortest", () => {
  const bad = [[], [0x80], [0xff, 0xff], [0x80, 0x00], [0x81, 0x80, 0x00]];
  bad.push([...Array(9).fill(0xff), 0x02], [...Array(9).fill(0xff), 0x81], Array(11).fill(0x80), [
    ...Array(10).fill(0x80),
    0x01,
  ]);
  for (const encoded of bad) {
    place(...encoded);
    expect(core.readVarint64(), `${encoded}`).toBe(0n);
    expect(core.readFailed()).toBe(1);
    expect(core.readPosition()).toBe(AT);
  }
});

test("a failed reading stays failed and reads nothing more", () => {
  place(1, 0x80, 0x00, 5);
  expect(core.readVarint32()).toBe(1);
  expect(core.readVarint32()).toBe(0);
  expect(core.readByte()).toBe(0);
  expect(core.readBytes(1)).toBe(0);
  expect(core.readVarint64()).toBe(0n);
  expect(core.readFailed()).toBe(1);
  core.startReading(AT, 1);
  expect(core.readFailed()).toBe(0);
});

test("readBytes() gives the address of what is there and refuses more", () => {
  place(9, 8, 7);
  expect(core.readByte()).toBe(9);
  expect(core.readBytes(2)).toBe(AT + 1);
  expect(core.readBytes(0)).toBe(AT + 3);
  expect(core.readFailed()).toBe(0);
  expect(core.readBytes(0xffffffff)).toBe(0);
  expect(core.readFailed()).toBe(1);
});
