// What people write next to a password, with a mistake: nothing that is said of it may have the password.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith, hygge } from './helpers.js';

const secret = '48151623';
const project = (connection: string, home = '{ type: postgres, connection: db, table: t }'): string =>
  `connections:\n  db:\n    type: postgres\n    ${connection.replaceAll('\n', '\n    ')}\nflows:\n  f:\n    home: ${home}\n    store: out\n`;
const address = `postgresql://me:${secret}@127.0.0.1:1/db`;

it.each([
  ['an unknown key beside it', project(`{ password: '${secret}', prot: 1 }`.replace(/[{}]/g, ''))],
  [
    'all in one line',
    `connections: { db: { type: postgres, user: me, password: "${secret}", prot: 1 } }\nflows: {}\n`,
  ],
  ['no quotes around a number', project(`user: me\npassword: ${secret}`)],
  ['its key misspelt', project(`user: me\npasword: '${secret}'`)],
  ['its key twice', project(`user: me\npassword: 'a${secret}'\npassword: 'b${secret}'`)],
  ['a quote that does not end', project(`user: me\npassword: '${secret}`)],
  ['a parameter of an address', project(`url: ${address}?sslmode=odd`)],
  ['an address that is none', project(`url: postgresql//me:${secret}@127.0.0.1`)],
  [
    'written where the home is',
    project('user: me', `{ type: postgres, user: me, password: '${secret}', table: t }`),
  ],
  ['an address for a home', project('user: me', address)],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in YAML
  ['an address for a home, from the environment', project('user: me', '${ADDRESS}')],
  ['an address for a file', project('user: me', `{ type: csv, path: "${address}" }`)],
])('a password is not shown: %s', async (_, yaml) => {
  const cwd = folderWith({ 'job.yml': yaml });
  const env = { ADDRESS: address };
  const ended = [
    await hygge(['go', 'job.yml', '--verbose'], { cwd, env }),
    await hygge(['go', 'job.yml', '--json'], { cwd, env }),
    await hygge(['debug', 'job.yml'], { cwd, env }),
  ];
  const state = join(cwd, '.hygge');
  const kept = ended.some(({ code }) => code === 1)
    ? readdirSync(state, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => readFileSync(join(state, name), 'utf8'))
    : [];
  for (const { code, stdout, stderr } of ended) {
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/✗ [A-Z_]+ |"code": "[A-Z_]+"/);
  }
  expect([...ended.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...kept].join('\n')).not.toContain(
    secret,
  );
});
