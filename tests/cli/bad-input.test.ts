import { chmodSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  expectForPeople,
  failureDocument,
  folderWith,
  goDocument,
  hygge,
  parquet,
  snapshot,
} from './helpers.js';

const plainFlow = 'flows:\n  tea:\n    home: home\n    store: store\n';

interface Case {
  /** The YAML; default: one flow from home to store. */
  readonly yaml?: string;
  /** Makes the trouble in a folder where everything was well. */
  readonly spoil?: (folder: string) => void | Promise<void>;
  readonly args?: readonly string[];
  readonly code: 1 | 2;
  readonly error: string;
  /** Texts that must be in what a person reads. */
  readonly says: readonly string[];
  /** The line of the YAML that it points to, where it can. */
  readonly line?: number;
}

const cases: Readonly<Record<string, Case>> = {
  'a path that does not exist': {
    yaml: plainFlow.replace('home: home', 'home: hoem'),
    code: 1,
    error: 'PATH_NOT_FOUND',
    says: ['hoem does not exist', 'Did you mean', '/home?'],
    line: 3,
  },
  'a folder without parquet': {
    spoil: (folder) => {
      mkdirSync(join(folder, 'empty'));
      writeFileSync(join(folder, 'empty', 'notes.txt'), 'hello');
    },
    yaml: plainFlow.replace('home: home', 'home: empty'),
    code: 1,
    error: 'NO_PARQUET_FILES',
    says: ['there are no parquet files in', 'notes.txt'],
    line: 3,
  },
  'a text file named .parquet': {
    spoil: (folder) => writeFileSync(join(folder, 'home/1.parquet'), 'id,name\n1,tea\n2,coffee\n'),
    code: 1,
    error: 'NOT_PARQUET',
    says: ['1.parquet is not a parquet file'],
    line: 3,
  },
  'a file that was cut short': {
    spoil: (folder) => truncateSync(join(folder, 'home/1.parquet'), 900),
    code: 1,
    error: '(NOT_PARQUET|PARQUET_DAMAGED)',
    says: ['1.parquet'],
    line: 3,
  },
  'a file with a hole in its pages': {
    spoil: (folder) => {
      const path = join(folder, 'home/1.parquet');
      const bytes = readFileSync(path);
      bytes.fill(0xff, 4, bytes.length - 500);
      writeFileSync(path, bytes);
    },
    args: ['--route', 'engine'],
    code: 1,
    error: '(PAGE_CORRUPT)',
    says: ['tea'],
  },
  'files that do not fit together': {
    spoil: (folder) => parquet(join(folder, 'home/2.parquet'), "SELECT 'x' AS id"),
    code: 1,
    error: 'SCHEMAS_DISAGREE',
    says: ['1.parquet', '2.parquet', '"id"'],
    line: 3,
  },
  'an unknown type': {
    yaml: 'flows:\n  tea:\n    home: { type: parqet, path: home }\n    store: store\n',
    code: 2,
    error: 'UNKNOWN_TYPE',
    says: ['"parqet"', 'Did you mean "parquet"?'],
    line: 3,
  },
  'an unknown key': {
    yaml: 'flows:\n  tea:\n    home: home\n    store: store\n    run_tpye: incremental\n',
    code: 2,
    error: 'UNKNOWN_KEY',
    says: ['"run_tpye"', 'Did you mean "run_type"?'],
    line: 5,
  },
  'an unknown codec': {
    yaml: 'flows:\n  tea:\n    home: home\n    store:\n      path: store\n      compression: zst\n',
    code: 2,
    error: 'INVALID_VALUE',
    says: ['zst', 'Did you mean "zstd"?'],
    line: 6,
  },
  'a store path that is a file': {
    yaml: plainFlow.replace('store: store', 'store: store/old.parquet'),
    code: 1,
    error: 'STORE_PATH_IS_FILE',
    says: ['old.parquet is a file', 'It was not touched'],
  },
  'two flows with one destination': {
    yaml: `${plainFlow}  coffee:\n    home: home\n    store: ./store/\n`,
    code: 2,
    error: 'SAME_DESTINATION',
    says: ['tea', 'coffee'],
    line: 7,
  },
  'a --var without a value': {
    args: ['--var', 'flow.tea.store.compression'],
    code: 2,
    error: 'VAR_INVALID',
    says: ['flow.tea.store.compression=zstd'],
  },
  'a --var for a flow that is not there': {
    args: ['--var', 'flow.tee.store.compression=zstd'],
    code: 2,
    error: 'VAR_INVALID',
    says: ['tee', 'tea'],
  },
  'a flow that is not there': {
    args: ['--flow', 'tae'],
    code: 2,
    error: 'NOT_SELECTED',
    says: ['tae', 'Did you mean "tea"?'],
  },
  '-i with -d': {
    args: ['-i', '-d'],
    code: 2,
    error: 'USAGE',
    says: ['exclude one another'],
  },
  'broken YAML': {
    yaml: 'flows:\n  tea:\n    home: [home\n    store: store\n',
    code: 2,
    error: 'YAML_INVALID',
    says: ['job.yml'],
  },
  'a YAML bomb': {
    yaml: [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((name, i) => {
        const before = 'abcdefgh'[i];
        return `${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`;
      }),
      plainFlow,
    ].join('\n'),
    code: 2,
    error: '.*',
    says: ['alias'],
  },
  'a column that the home does not have': {
    yaml: `${plainFlow}    columns: [idd]\n`,
    code: 1,
    error: 'COLUMN_NOT_FOUND',
    says: ['"idd"', 'Did you mean "id"?'],
  },
  'a where that is no condition': {
    yaml: `${plainFlow}    where: id >\n`,
    code: 1,
    error: 'FILTER_INVALID',
    says: ['id >'],
  },
  'a variable that is not set': {
    yaml: plainFlow.replace('home: home', ['home: $', '{NOT_SET_ANYWHERE}'].join('')),
    code: 2,
    error: 'ENV_UNSET',
    says: ['NOT_SET_ANYWHERE', 'default'],
    line: 3,
  },
  'a file that is not there': {
    args: ['nowhere.yml'],
    code: 2,
    error: 'CONFIG_NOT_FOUND',
    says: ['nowhere.yml does not exist', 'hygge init'],
  },
};

describe('bad input', () => {
  it.each(Object.entries(cases))('%s is told, and the store stays as it was', async (_, bad) => {
    const folder = folderWith({ 'job.yml': bad.yaml ?? plainFlow });
    await parquet(join(folder, 'home/1.parquet'), 'SELECT range AS id, hash(range) AS h FROM range(3000)');
    await parquet(join(folder, 'store/old.parquet'), "SELECT 'old' AS what");
    await bad.spoil?.(folder);
    const before = snapshot(join(folder, 'store'));
    const path = bad.args?.some((arg) => arg.endsWith('.yml')) === true ? [] : ['job.yml'];
    const args = ['go', ...path, ...(bad.args ?? [])];

    // With --json, one run tells both: what a person reads, and the document.
    const ended = await hygge([...args, '--json'], { cwd: folder });
    const said = ended.stderr;
    expect({ code: ended.code, said }).toMatchObject({ code: bad.code });
    expect(said).toMatch(new RegExp(`✗ ${bad.error}  `));
    for (const text of bad.says) expect(said).toContain(text);
    if (bad.line !== undefined) expect(said).toMatch(new RegExp(`at job\\.yml:${bad.line}:\\d+`));
    expectForPeople(said);
    expect(said).not.toContain('INTERNAL');

    const document = JSON.parse(ended.stdout);
    const error =
      'errors' in document
        ? failureDocument.parse(document).errors[0]
        : goDocument.parse(document).flows.find((flow) => flow.status === 'fail')?.error;
    expect(error?.code).toMatch(new RegExp(`^${bad.error}$`));
    if (bad.line !== undefined) expect(error).toMatchObject({ file: 'job.yml', line: bad.line });
    expect(snapshot(join(folder, 'store'))).toEqual(before);
  });

  it('without the right to read is told', async () => {
    const folder = folderWith({ 'job.yml': plainFlow });
    await parquet(join(folder, 'home/1.parquet'));
    chmodSync(join(folder, 'home/1.parquet'), 0);
    const ended = await hygge(['go', 'job.yml'], { cwd: folder });
    // The superuser may read everything; for everybody else it is an error.
    if (process.getuid?.() === 0) expect(ended.code).toBe(0);
    else {
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('✗ PATH_NOT_READABLE');
    }
  });

  it('is reported all at once', async () => {
    const folder = folderWith({
      'hygge.yml': 'optoins: {}\n',
      'flows/tea/flow.yml': 'home: { pth: x }\nstore: out\n',
      'flows/coffee/flow.yml': 'home: x\nstore: { path: y, compression: zst }\nrun_tpe: 1\n',
    });
    const ended = await hygge(['go', '--json'], { cwd: folder });
    expect(ended.code).toBe(2);
    const { errors } = failureDocument.parse(JSON.parse(ended.stdout));
    expect(errors.map((error) => `${error.file}:${error.line}`)).toEqual(
      expect.arrayContaining([
        'hygge.yml:1',
        'flows/tea/flow.yml:1',
        'flows/coffee/flow.yml:2',
        'flows/coffee/flow.yml:3',
      ]),
    );
    expect(ended.stderr).toContain(`${errors.length} problems. Nothing was run.`);
  });
});
