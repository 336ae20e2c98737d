import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectForPeople, failureDocument, folderWith, hygge } from './helpers.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const commands = ['init', 'go', 'plan', 'debug', 'journal', 'types', 'schema'];

describe('hygge by itself', () => {
  it.each(['--version', '-V'])('says its version: %s', async (flag) => {
    expect(await hygge([flag])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it('loads nothing but itself to say its version', async () => {
    const folder = folderWith({
      'hooks.mjs': `
        import { writeSync } from 'node:fs';
        export async function resolve(specifier, context, next) {
          const found = await next(specifier, context);
          writeSync(2, found.url + '\\n');
          return found;
        }`,
      'register.mjs': `
        import { register } from 'node:module';
        register('./hooks.mjs', import.meta.url);`,
    });
    const ended = await hygge(['--version'], { nodeArgs: ['--import', `${folder}/register.mjs`] });
    const loaded = ended.stderr.split('\n').filter((url) => url !== '' && !url.startsWith('node:'));
    expect(loaded).toEqual([expect.stringMatching(/\/dist\/cli\/main\.js$/)]);
    expect(ended.stdout).toBe(`${version}\n`);
  });

  it('shows its help', async () => {
    const alone = await hygge([]);
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    expect(alone.stdout).toContain('Examples:');
    expect(await hygge(['--help'])).toEqual(alone);
    expect(await hygge(['help'])).toEqual(alone);
    for (const command of commands) expect(alone.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it.each(commands)('has help with examples for %s', async (command) => {
    const ended = await hygge([command, '--help']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(new RegExp(`Examples:\\n +hygge ${command}`));
    expectForPeople(ended.stdout);
  });
});

describe('a command that cannot be understood', () => {
  it.each([
    [['gp'], "unknown command 'gp'", 'Did you mean go?'],
    [['go', '--flwo', 'x'], "unknown option '--flwo'", 'Did you mean --flow?'],
    [['go', 'a', 'b'], 'too many arguments', 'hygge go --help'],
    [['go', '-c', '0'], 'It must be a whole number from 1', 'hygge go --help'],
    [['go', '-c', '1.5'], 'It must be a whole number from 1', 'hygge go --help'],
    [['go', '-f', ' , '], 'It needs at least one name', 'hygge go --help'],
    [['go', '-f'], 'argument missing', 'hygge go --help'],
    [['go', '--route', 'air'], 'Allowed choices are splice, engine, batches', 'hygge go --help'],
    [['go', '-i', '-d'], 'exclude one another', 'replaces what the store holds'],
    [['plan', '-id'], 'exclude one another', 'replaces what the store holds'],
    [['journal', '--since', 'yore'], 'It must be a time such as', 'hygge journal --help'],
    [['journal', '--status', 'good'], 'Allowed choices are success, fail, skip', 'hygge journal --help'],
    [['init'], "missing required argument 'name'", 'hygge init --help'],
  ])('%j', async (args, message, hint) => {
    const ended = await hygge(args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr.split('  try: ')[1]).toContain(hint);
    expectForPeople(ended.stderr);
  });

  it('is told as a JSON document where one was asked for', async () => {
    const ended = await hygge(['go', '--json', '--flwo']);
    expect(ended.code).toBe(2);
    const [error] = failureDocument.parse(JSON.parse(ended.stdout)).errors;
    expect(error).toMatchObject({ code: 'USAGE', message: "unknown option '--flwo'", file: null });
  });
});

describe('colours', () => {
  it('come when they are forced', async () => {
    const ended = await hygge(['gp'], { env: { FORCE_COLOR: '1' } });
    expect(ended.stderr).toContain('\u001b[31m');
  });
});

describe('pipes', () => {
  it.each([['schema'], ['types'], ['--help'], ['go', '--json', '--flwo']])(
    'may be closed by their reader: %s %s %s',
    async (...args) => {
      const open = await hygge(args);
      const closed = await hygge(args, { watch: (child) => child.stdout?.destroy() });
      expect(closed).toEqual({ ...open, stdout: '' });
    },
  );

  it('that cannot take what is written to them make the exit code 1, and no more', async () => {
    // A file that is opened for reading alone refuses every write.
    const folder = folderWith({ 'read-only': '' });
    const target = openSync(join(folder, 'read-only'), 'r');
    const ended = await hygge(['types'], { stdout: target });
    closeSync(target);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('✗ FILE_SYSTEM  writing to standard output');
    expectForPeople(ended.stderr);
  });
});
