import { describe, expect, it } from 'vitest';
import { load, problemsOf, project, testRegistry } from './project.js';

const zod = import.meta.resolve('zod');
const definition = (type: string) => `{
  type: '${type}', summary: 'A ${type}', config: z.strictObject({ url: z.string() }),
  capabilities: { gives: ['batches'], ordered: true }, open: async () => { throw new Error('no'); },
}`;
const asObject = `import { z } from '${zod}';\nexport default { homes: [${definition('moon')}] };`;
const asFunction = `import { z } from '${zod}';\nexport const hygge = (registry) => { registry.home(${definition('mars')}); };`;
const flows = 'flows:\n  a: {home: {type: moon, url: u}, store: out}\n';
const pack = (name: string, more: object) =>
  JSON.stringify({ name, version: '1.0.0', type: 'module', ...more });

describe('plugins', () => {
  it('add their types: as an object or a function, from files and packages', async () => {
    const root = project({
      'hygge.yml': `plugins: [./types/moon.mjs, mars, "@dock/deep"]\n${flows}  b: {home: {type: mars, url: u}, store: out2}\n  c: {home: {type: deep, url: u}, store: out3}\n`,
      'types/moon.mjs': asObject,
      'node_modules/mars/package.json': pack('mars', { exports: { '.': { import: './lib/main.js' } } }),
      'node_modules/mars/lib/main.js': asFunction,
      'node_modules/@dock/deep/package.json': pack('@dock/deep', { main: 'index.js' }),
      'node_modules/@dock/deep/index.js': asFunction.replace("'mars'", "'deep'"),
    });
    const given = testRegistry();
    const { workspace, registry } = await load(root, { registry: given });
    expect(workspace.entities.map(({ home }) => home)).toEqual([
      { type: 'moon', url: 'u' },
      { type: 'mars', url: 'u' },
      { type: 'deep', url: 'u' },
    ]);
    expect(registry.findHome('mars').summary).toBe('A mars');
    expect(given.homes.map(({ type }) => type)).toEqual(['box', 'shop']);
  });

  it('validate their keys like all others', async () => {
    const root = project({
      'hygge.yml': `plugins: [moon.mjs]\n${flows.replace('url', 'ulr')}`,
      'moon.mjs': asObject,
    });
    expect(await problemsOf(load(root))).toEqual([
      'hygge.yml:3:7 MISSING_KEY the home of flow a needs the key "url"',
      'hygge.yml:3:26 UNKNOWN_KEY unknown key "ulr" in the home of flow a (Did you mean "url"?)',
    ]);
  });

  it.each([
    ['./nope.mjs', '', /PLUGIN_FAILED the plugin .\/nope.mjs is not there \(Looked for .*nope.mjs/],
    [
      'no-such-package',
      '',
      /PLUGIN_FAILED the plugin no-such-package is not there \(Install it for the project: npm install no-such-package/,
    ],
    [
      './p.mjs',
      'throw new Error("boom")',
      /PLUGIN_FAILED the plugin .\/p.mjs failed when it was loaded: boom/,
    ],
    ['./p.mjs', 'export default (registry', /PLUGIN_FAILED the plugin .\/p.mjs failed when it was loaded: /],
    ['./p.mjs', 'export default 5', /PLUGIN_FAILED the plugin .\/p.mjs exports nothing that hygge can use/],
    ['./p.mjs', 'export const x = 1', /PLUGIN_FAILED the plugin .\/p.mjs exports nothing that hygge can use/],
    [
      './p.mjs',
      'export default {homes: 5}',
      /PLUGIN_FAILED the plugin .\/p.mjs exports nothing that hygge can use/,
    ],
    [
      './p.mjs',
      'export default () => { throw new Error("boom") }',
      /PLUGIN_FAILED the plugin .\/p.mjs failed when it added its types: boom/,
    ],
    ['./p.mjs', asObject.replace("'moon'", "'box'"), /TYPE_TAKEN a home of type "box" is already registered/],
  ])('fail with a reason: %s %s', async (name, code, message) => {
    const root = project({
      'hygge.yml': `plugins:\n  - ${name}\n${flows}`,
      ...(code === '' ? {} : { 'p.mjs': code }),
    });
    const [problem, ...others] = await problemsOf(load(root));
    expect(problem).toMatch(message);
    expect(problem).toMatch(/^hygge.yml:2:5 /);
    // That "moon" is unknown follows from a plugin that is missing.
    expect(others.filter((line) => !line.includes('TYPE')).length).toBe(0);
    if (message.source.startsWith('PLUGIN')) expect(others).toEqual([]);
  });
});
