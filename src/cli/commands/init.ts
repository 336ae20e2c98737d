import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, HyggeError } from '../../errors/index.js';
import { counted, shortPath } from '../../messages/index.js';
import { type Context, exitCodes } from '../context.js';
import { writeSampleData } from '../sample-data.js';
import { exampleFlow, flowYaml, gitignore, projectYaml, schemaFile } from '../templates.js';

interface InitFlags {
  readonly flowsDir: string;
  readonly force?: boolean;
}

const examples = `
Examples:
  hygge init cosy                  make the folder cosy with a workspace in it
  hygge init .                     make one in the current folder
  hygge init cosy -d pipelines     keep the flows in cosy/pipelines

The workspace holds one small example flow with data of its own, so that \`hygge go\` works at once.`;

/** `hygge init`: makes a new workspace. */
export function registerInit(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('init')
    .description('make a new workspace with a small example')
    .argument('<name>', 'the folder to make it in; its last part becomes the name of the project')
    .option('-d, --flows-dir <dir>', 'the folder of the flows, inside the workspace', 'flows')
    .option('-f, --force', 'write over files that are there already')
    .addHelpText('after', examples)
    .action(async (name: string, flags: InitFlags) => {
      done(await init(name, flags, context));
    });
}

async function init(name: string, flags: InitFlags, context: Context): Promise<number> {
  const root = resolve(context.cwd, name);
  const flowsDir = checkedFlowsDir(flags.flowsDir);
  const [{ jsonSchema }, { builtinRegistry }] = await Promise.all([
    import('../../config/index.js'),
    import('../../builtin.js'),
  ]);
  const texts: Readonly<Record<string, string>> = {
    'hygge.yml': projectYaml(basename(root), flowsDir),
    [`${flowsDir}/${exampleFlow}/flow.yml`]: flowYaml(flowsDir),
    [schemaFile]: `${JSON.stringify(jsonSchema(builtinRegistry()), null, 2)}\n`,
    '.gitignore': gitignore,
  };
  const data = join('data', 'home', `${exampleFlow}.parquet`);
  const taken = [...Object.keys(texts), data].filter((file) => existsSync(join(root, file)));
  if (taken.length > 0 && flags.force !== true) {
    throw fail('INIT_WOULD_OVERWRITE', {
      paths: taken.map((file) => shortPath(join(root, file), context.cwd)),
    });
  }
  try {
    await mkdir(join(root, dirname(data)), { recursive: true });
    await writeSampleData(join(root, data));
    for (const [file, text] of Object.entries(texts)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
  } catch (cause) {
    if (cause instanceof HyggeError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('PATH_NOT_WRITABLE', { what: 'the new workspace', path: root, reason }, { cause });
  }
  context.out.write(welcome(root, [...Object.keys(texts), data], context));
  return exitCodes.done;
}

function checkedFlowsDir(dir: string): string {
  const parts = dir.replace(/[/\\]+$/, '').split(/[/\\]/);
  if (!dir.startsWith('/') && parts.every((part) => part !== '' && part !== '..' && part !== '.')) {
    return parts.join('/');
  }
  throw fail('USAGE', {
    reason: `--flows-dir must name a folder inside the workspace, not "${dir}"`,
    hint: 'For example: hygge init cosy --flows-dir pipelines',
  });
}

function welcome(root: string, files: readonly string[], context: Context): string {
  const folder = shortPath(root, context.cwd);
  const steps = [
    ...(folder === '.' ? [] : [[`cd ${folder}`, '']]),
    ['hygge plan', 'what the example would do'],
    ['hygge go', 'run it'],
    ['hygge types', 'what your own homes and stores can be'],
  ];
  return [
    `A new workspace is ready: ${counted(files.length, 'file')} in ${folder}`,
    ...files.map((file) => `  ${file}`),
    '',
    'Next',
    ...steps.map(([command = '', what = '']) => `  ${command.padEnd(14)}${what}`.trimEnd()),
    '',
  ].join('\n');
}
