/** The compiler's flags, in one place: the build and the tests of single modules use the same. */
export const releaseFlags = [
  "-O3",
  "--enable",
  "simd,bulk-memory",
  "--runtime",
  "stub",
  "--noAssert",
  "--initialMemory",
  "32",
];
export const debugFlags = ["--debug", "--enable", "simd,bulk-memory", "--runtime", "stub", "--initialMemory", "32"];
