import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fail } from '../../src/errors/index.js';
import { renderError, renderErrors } from '../../src/errors/render.js';

const folder = mkdtempSync(join(tmpdir(), 'hygge-render-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unknownKey = (line: number | null, column: number | null) =>
  fail(
    'UNKNOWN_KEY',
    { key: 'pth', where: 'the home', nearest: 'path', known: ['path'] },
    { at: { file: 'flow.yml', line, column } },
  );

/** To the environment. */
const reference = (text: string): string => `$\{${text}}`;

describe('an error as text', () => {
  it('has its place, its line, a caret and what to try', () => {
    writeFileSync(join(folder, 'flow.yml'), 'home:\n\ttype: parquet\n  pth: data.parquet\n');
    expect(renderError(unknownKey(3, 3), { cwd: folder })).toBe(
      [
        '✗ UNKNOWN_KEY  unknown key "pth" in the home',
        '  at flow.yml:3:3',
        '    3 |   pth: data.parquet',
        '      |   ^',
        '  try: Did you mean "path"?',
      ].join('\n'),
    );
  });

  it('sets the caret below wide characters and tabs', () => {
    writeFileSync(join(folder, 'flow.yml'), '東京:\tpth: 1\n');
    const lines = renderError(unknownKey(1, 5), { cwd: folder }).split('\n');
    expect(lines[2]).toBe('    1 | 東京: pth: 1');
    expect(lines[3]).toBe('      |       ^');
  });

  it('shows a long line around the place', () => {
    writeFileSync(join(folder, 'flow.yml'), `${'x'.repeat(5000)}pth: 1${'y'.repeat(5000)}\n`);
    const lines = renderError(unknownKey(1, 5001), { cwd: folder }).split('\n');
    expect(lines[2]?.length).toBeLessThan(120);
    expect(lines[2]?.slice((lines[3] ?? '').indexOf('^'))).toMatch(/^pth: 1/);
  });

  it.each([
    ['  password: hunter2', '  password: *******'],
    ['  password: hunter2 # of the server', '  password: ******* # of the server'],
    ["  password: 'it''s, }hunter2'", '  password: *****************'],
    ['  pasword: "a \\" hunter2"', '  pasword: **************'],
    ['  password: a, b}hunter2', '  password: ************'],
    ['db: { host: a, password: hunter2, prot: 1 }', 'db: { host: a, password: *******, prot: 1 }'],
    ['db: {"password":"hunter2"}', 'db: {"password":*********}'],
    [`  api_token: ${reference('TOKEN:-hunter2')}`, '  api_token: *****************'],
    [`  password: ${reference('PW')} # as everywhere`, `  password: ${reference('PW')} # as everywhere`],
    [`db: { password: "${reference('PW')}", prot: 1 }`, `db: { password: "${reference('PW')}", prot: 1 }`],
    ['  url: postgresql://me:hunter2@host/db', '  url: postgresql://me:*******@host/db'],
    ['  url: "postgresql://me:hunt@er2@host"', '  url: "postgresql://me:********@host"'],
    ['  primary_key: id', '  primary_key: id'],
    ['mask: { key: hunter2, columns: {} }', 'mask: { key: *******, columns: {} }'],
  ])('shows no secret of its line: %s', (line, shown) => {
    writeFileSync(join(folder, 'flow.yml'), `${line}\n`);
    const column = line.indexOf('prot') + 1;
    const lines = renderError(unknownKey(1, Math.max(1, column)), { cwd: folder }).split('\n');
    expect(lines[2]).toBe(`    1 | ${shown}`);
    expect(lines[3]).toBe(`      | ${' '.repeat(Math.max(0, column - 1))}^`);
  });

  it('has no password of an address', () => {
    const error = fail('PATH_NOT_FOUND', { what: 'the home', path: '/x/postgresql:/me:hunter2@host/db' });
    expect(error.message).toBe('the home /x/postgresql:/me:…@host/db does not exist');
    const cause = new Error('no connection to postgresql://me:hunter2@host');
    expect(
      renderError(fail('INTERNAL', { reason: cause.message }, { cause }), { verbose: true }),
    ).not.toContain('hunter2');
  });

  it.each([
    ['a file that is not there', { file: 'gone.yml', line: 3, column: 1 }],
    ['a line that is not there', { file: 'flow.yml', line: 300, column: 1 }],
    ['a folder', { file: '.', line: 1, column: 1 }],
    ['no line', { file: 'flow.yml', line: null, column: null }],
  ])('goes without the line for %s', (_, at) => {
    const error = fail('INVALID_VALUE', { key: 'path', reason: 'is empty' }, { at });
    expect(renderError(error, { cwd: folder }).split('\n')).toHaveLength(2);
  });

  it('never shows a stack, unless it is asked to', () => {
    const cause = new Error('the disk said no', { cause: new TypeError('deeper') });
    const error = fail('INTERNAL', { reason: 'odd' }, { cause });
    expect(renderError(error)).not.toMatch(/\n\s+at /);
    const verbose = renderError(error, { verbose: true });
    expect(verbose).toMatch(/\n\s+at .*render\.test/);
    expect(verbose).toContain('because of Error: the disk said no');
    expect(verbose).toContain('because of TypeError: deeper');
  });

  it('keeps control characters of values out of the terminal', () => {
    const error = fail('PATH_NOT_FOUND', { what: 'the home', path: 'a\u001b]0;owned\u0007b' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(renderError(error)).not.toMatch(/[\u001b\u0007]/);
  });

  it('is coloured only when asked to', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(renderError(unknownKey(1, 1), { cwd: folder })).not.toMatch(/\u001b/);
    expect(renderError(unknownKey(1, 1), { cwd: folder, color: true })).toContain('\u001b[31m');
  });

  it('stands apart from its neighbours', () => {
    expect(renderErrors([unknownKey(null, null), unknownKey(null, null)]).split('\n\n')).toHaveLength(2);
  });
});
