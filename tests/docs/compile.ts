import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './blocks.js';
import { node } from './sandbox.js';

const options = {
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
  rootDir: '.',
  outDir: '.',
};

/**
 * Checks TypeScript files in a folder against the built package and puts their JavaScript beside them.
 * @returns what the compiler has to say; empty where all is well
 */
export async function compile(folder: string, sources: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  const config = { compilerOptions: options, files: Object.keys(sources) };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { out, err } = await node([join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], root);
  return out + err;
}
