// Written by generate-stemmer.mjs; do not edit.

// A row: the letters to find, those to put in their place, and their two lengths and the condition, a byte each.
// The longest letters come first; a row of zeros ends a list.

/** Whole words with stems of their own. */
export const exceptionRules: usize = memory.data<u64>([
  0x796c746e65670000, 0x6c746e6567, 1286, // gently → gentl
  0x796c676e69730000, 0x6c676e6973, 1286, // singly → singl
  0x736f6d736f630000, 0x736f6d736f63, 1542, // cosmos → cosmos
  0x7365696b73000000, 0x796b73, 773, // skies → sky
  0x796c726165000000, 0x696c726165, 1285, // early → earli
  0x73616c7461000000, 0x73616c7461, 1285, // atlas → atlas
  0x7365646e61000000, 0x7365646e61, 1285, // andes → andes
  0x73696b7300000000, 0x696b73, 772, // skis → ski
  0x796c646900000000, 0x6c6469, 772, // idly → idl
  0x796c677500000000, 0x696c6775, 1028, // ugly → ugli
  0x796c6e6f00000000, 0x696c6e6f, 1028, // only → onli
  0x7377656e00000000, 0x7377656e, 1028, // news → news
  0x65776f6800000000, 0x65776f68, 1028, // howe → howe
  0x7361696200000000, 0x73616962, 1028, // bias → bias
  0x796b730000000000, 0x796b73, 771, // sky → sky
  0, 0, 0,
]);

/** Beginnings of words whose R1 starts right behind them. */
export const prefixRules: usize = memory.data<u64>([
  0x73726576696e75, 0x0, 7, // univers
  0x6e756d6d6f63, 0x0, 6, // commun
  0x6e65737261, 0x0, 5, // arsen
  0x6772656d65, 0x0, 5, // emerg
  0x72656e6567, 0x0, 5, // gener
  0x7265746e69, 0x0, 5, // inter
  0x726574616c, 0x0, 5, // later
  0x6e6167726f, 0x0, 5, // organ
  0x74736170, 0x0, 4, // past
  0, 0, 0,
]);

/** What keeps its -eed when it makes up all that precedes it. */
export const eedExceptionRules: usize = memory.data<u64>([
  0x6363757300000000, 0x0, 4, // succ
  0x636f727000000000, 0x0, 4, // proc
  0x6378650000000000, 0x0, 3, // exc
  0, 0, 0,
]);

/** What keeps its -ing when it makes up all that precedes it. */
export const ingExceptionRules: usize = memory.data<u64>([
  0x6e6e616300000000, 0x0, 4, // cann
  0x7272656800000000, 0x0, 4, // herr
  0x7272616500000000, 0x0, 4, // earr
  0x6e65766500000000, 0x0, 4, // even
  0x6e6e690000000000, 0x0, 3, // inn
  0x74756f0000000000, 0x0, 3, // out
  0, 0, 0,
]);

/** Endings that get an e when -ed or -ing has gone. */
export const addERules: usize = memory.data<u64>([
  0x7461000000000000, 0x0, 2, // at
  0x6c62000000000000, 0x0, 2, // bl
  0x7a69000000000000, 0x0, 2, // iz
  0, 0, 0,
]);

/** Endings that lose a letter when -ed or -ing has gone. */
export const doubleRules: usize = memory.data<u64>([
  0x6262000000000000, 0x0, 2, // bb
  0x6464000000000000, 0x0, 2, // dd
  0x6666000000000000, 0x0, 2, // ff
  0x6767000000000000, 0x0, 2, // gg
  0x6d6d000000000000, 0x0, 2, // mm
  0x6e6e000000000000, 0x0, 2, // nn
  0x7070000000000000, 0x0, 2, // pp
  0x7272000000000000, 0x0, 2, // rr
  0x7474000000000000, 0x0, 2, // tt
  0, 0, 0,
]);

/** Step 2: suffixes replaced in R1. */
export const step2Rules: usize = memory.data<u64>([
  0x6e6f6974617a6900, 0x657a69, 775, // ization → ize
  0x6c616e6f69746100, 0x657461, 775, // ational → ate
  0x7373656e6c756600, 0x6c7566, 775, // fulness → ful
  0x7373656e73756f00, 0x73756f, 775, // ousness → ous
  0x7373656e65766900, 0x657669, 775, // iveness → ive
  0x6c616e6f69740000, 0x6e6f6974, 1030, // tional → tion
  0x6974696c69620000, 0x656c62, 774, // biliti → ble
  0x696c7373656c0000, 0x7373656c, 1030, // lessli → less
  0x696c746e65000000, 0x746e65, 773, // entli → ent
  0x6e6f697461000000, 0x657461, 773, // ation → ate
  0x6d73696c61000000, 0x6c61, 517, // alism → al
  0x6974696c61000000, 0x6c61, 517, // aliti → al
  0x696c6c7566000000, 0x6c7566, 773, // fulli → ful
  0x696c73756f000000, 0x73756f, 773, // ousli → ous
  0x6974697669000000, 0x657669, 773, // iviti → ive
  0x747369676f000000, 0x676f, 517, // ogist → og
  0x69636e6500000000, 0x65636e65, 1028, // enci → ence
  0x69636e6100000000, 0x65636e61, 1028, // anci → ance
  0x696c626100000000, 0x656c6261, 1028, // abli → able
  0x72657a6900000000, 0x657a69, 772, // izer → ize
  0x726f746100000000, 0x657461, 772, // ator → ate
  0x696c6c6100000000, 0x6c61, 516, // alli → al
  0x696c620000000000, 0x656c62, 771, // bli → ble
  0x69676f0000000000, 0x676f, 131587, // ogi → og
  0x696c000000000000, 0x0, 65538, // li
  0, 0, 0,
]);

/** Step 3: suffixes replaced in R1. */
export const step3Rules: usize = memory.data<u64>([
  0x6c616e6f69746100, 0x657461, 775, // ational → ate
  0x6c616e6f69740000, 0x6e6f6974, 1030, // tional → tion
  0x657a696c61000000, 0x6c61, 517, // alize → al
  0x6574616369000000, 0x6369, 517, // icate → ic
  0x6974696369000000, 0x6369, 517, // iciti → ic
  0x6576697461000000, 0x0, 196613, // ative
  0x6c61636900000000, 0x6369, 516, // ical → ic
  0x7373656e00000000, 0x0, 4, // ness
  0x6c75660000000000, 0x0, 3, // ful
  0, 0, 0,
]);

/** Step 4: suffixes deleted in R2. */
export const step4Rules: usize = memory.data<u64>([
  0x746e656d65000000, 0x0, 5, // ement
  0x65636e6100000000, 0x0, 4, // ance
  0x65636e6500000000, 0x0, 4, // ence
  0x656c626100000000, 0x0, 4, // able
  0x656c626900000000, 0x0, 4, // ible
  0x746e656d00000000, 0x0, 4, // ment
  0x746e610000000000, 0x0, 3, // ant
  0x746e650000000000, 0x0, 3, // ent
  0x6d73690000000000, 0x0, 3, // ism
  0x6574610000000000, 0x0, 3, // ate
  0x6974690000000000, 0x0, 3, // iti
  0x73756f0000000000, 0x0, 3, // ous
  0x6576690000000000, 0x0, 3, // ive
  0x657a690000000000, 0x0, 3, // ize
  0x6e6f690000000000, 0x0, 262147, // ion
  0x6c61000000000000, 0x0, 2, // al
  0x7265000000000000, 0x0, 2, // er
  0x6369000000000000, 0x0, 2, // ic
  0, 0, 0,
]);
