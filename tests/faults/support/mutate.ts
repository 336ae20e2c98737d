import type { Random } from '../../files/support/random.js';

/** What is done to a file, in a few words, and the bytes that come of it. */
export interface Mutated {
  readonly what: string;
  readonly bytes: Buffer;
}

type Mutation = (bytes: Buffer, at: number, random: Random) => Buffer;

const inPlace =
  (change: (bytes: Buffer, at: number, random: Random) => void): Mutation =>
  (bytes, at, random) => {
    const copy = Buffer.from(bytes);
    change(copy, at, random);
    return copy;
  };

const mutations: Readonly<Record<string, Mutation>> = {
  'one bit turned over': inPlace((bytes, at, random) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }),
  'one byte changed': inPlace((bytes, at, random) => {
    bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }),
  'some bytes changed': inPlace((bytes, at, random) => {
    for (let i = at; i < Math.min(bytes.length, at + 1 + random.below(16)); i++) bytes[i] = random.below(256);
  }),
  // Where one text ends and the next begins, it is no character of either.
  'two bytes made one character': inPlace((bytes, at) => {
    bytes.write('é', Math.min(at, bytes.length - 2));
  }),
  'a stretch made zero': inPlace((bytes, at, random) => {
    bytes.fill(0, at, Math.min(bytes.length, at + 1 + random.below(600)));
  }),
  'a stretch copied elsewhere': inPlace((bytes, at, random) => {
    bytes.copy(bytes, random.below(bytes.length), at, Math.min(bytes.length, at + 1 + random.below(600)));
  }),
  'bytes left out': (bytes, at, random) =>
    Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(20))]),
  'bytes put in': (bytes, at, random) =>
    Buffer.concat([
      bytes.subarray(0, at),
      Buffer.alloc(1 + random.below(20), random.below(256)),
      bytes.subarray(at),
    ]),
  'cut off': (bytes, at) => bytes.subarray(0, at),
  'the length of the footer changed': inPlace((bytes, _, random) => {
    const at = bytes.length - 8;
    const length = bytes.readUInt32LE(at);
    const other = [
      0,
      1,
      length - 1,
      length + 1,
      length * 2,
      bytes.length,
      2 ** 31,
      2 ** 32 - 1,
      random.below(length),
    ];
    bytes.writeUInt32LE(random.pick(other) >>> 0, at);
  }),
};

/** Does one thing to a parquet file, as often to its footer as to its pages. */
export function mutate(bytes: Buffer, random: Random): Mutated {
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  const inFooter = random.chance(0.5);
  const at = inFooter ? footer + random.below(bytes.length - footer) : 4 + random.below(footer - 4);
  const name = random.pick(Object.keys(mutations));
  const mutation = mutations[name];
  if (mutation === undefined) throw new Error(`there is no mutation ${name}`);
  return { what: `${name}, at byte ${at} (footer from ${footer})`, bytes: mutation(bytes, at, random) };
}
