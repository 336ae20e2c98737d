import { parseArgs } from 'node:util';

export const groupNames = [
  'splice',
  'columns',
  'join',
  'tools',
  'engine',
  'text',
  'checks',
  'postgres',
  'sqlite',
  'growth',
  'memory',
  'startup',
  'safety',
];

const help = `npm run bench -- [options]

  --gb N        size of the large files in gigabytes (default 1; 0.05 with --quick)
  --rounds N    how often every contender runs (default 3); whoever needs over 5 s
                runs once, and whoever needs less than 2 s twice as often
  --only A,B    some of: ${groupNames.join(', ')}
  --quick       small files, one round: to see that all works; its figures mean little
  --write       write docs/benchmarks.md, with the last figures of every group at this size;
                a run of all groups does so by itself, unless it is quick, or --no-write is there
  --help        this text`;

/** What the command line asks for. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      gb: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const { quick, write = !quick && values.only === undefined } = values;
  const only = values.only?.split(',') ?? groupNames;
  const strange = only.find((name) => !groupNames.includes(name));
  if (strange !== undefined)
    throw new Error(`there is no group "${strange}"; there are ${groupNames.join(', ')}`);
  return {
    bytes: number(values.gb ?? (quick ? '0.05' : '1')) * 1e9,
    rounds: number(values.rounds ?? (quick ? '1' : '3')),
    only,
    quick,
    write,
  };
}

function number(text) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`"${text}" is no number above 0`);
  return value;
}
