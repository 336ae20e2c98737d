// Makes the package as it is installed: the program and the library out of one build, so that a plugin that imports `hygge`
// meets the very modules that run it. Finding and reading 550 files took Node longer than running them; see "Decisions"
// in docs/architecture.md. What is native, or is loaded by `require`, stays outside.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const bundled = ['commander', 'fzstd', 'yaml', 'zod'];
const outside = Object.keys(dependencies).filter((name) => !bundled.includes(name));

/** The licences of what is bundled ask to be handed on with it. */
const licences = {
  name: 'licences',
  generateBundle() {
    const texts = bundled.map((name) => {
      const text = readFileSync(new URL(`../node_modules/${name}/LICENSE`, import.meta.url), 'utf8').trim();
      return `${name}\n${'-'.repeat(name.length)}\n${text}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join('\n\n') });
  },
};

const build = await rolldown({
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  input: { 'cli/main': 'src/cli/main.ts', index: 'src/index.ts', 'testing/index': 'src/testing/index.ts' },
  platform: 'node',
  external: outside.map((name) => new RegExp(`^${name}(/|$)`)),
  plugins: [licences],
});
await build.write({
  dir: 'dist',
  format: 'esm',
  cleanDir: true,
  entryFileNames: '[name].js',
  // As deep as the sources are, so that what lies beside `dist` (package.json, docs) has the same path from both.
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await build.close();
