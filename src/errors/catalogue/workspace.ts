import { entry } from '../entry.js';

const list = (names: readonly string[], most = 8): string =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ', …' : ''}`;

/** Problems of a project as a whole: its files, names, references to the environment, plugins. */
export const workspaceErrors = {
  WORKSPACE_NOT_FOUND: entry<{ looked: readonly string[] }>({
    title: 'No project here',
    kind: 'config',
    message: (f) => `there is no hygge.yml in ${f.looked[0] ?? 'this folder'}${above(f.looked.length - 1)}`,
    hint: () =>
      'Go to the folder of your project, or name a folder or YAML file: hygge go PATH. `hygge init NAME` starts a new project.',
  }),
  CONFIG_NOT_FOUND: entry<{ path: string; what: string }>({
    title: 'A file or folder of the configuration does not exist',
    kind: 'config',
    message: (f) => `${f.what} ${f.path} does not exist`,
    hint: () => 'Check the spelling. `hygge init NAME` starts a new project.',
  }),
  CONFIG_UNREADABLE: entry<{ path: string; reason: string }>({
    title: 'A file of the configuration cannot be read',
    kind: 'config',
    message: (f) => `${f.path} cannot be read: ${f.reason}`,
    hint: () => null,
  }),
  YAML_INVALID: entry<{ reason: string; hint?: string | undefined }>({
    title: 'Broken YAML',
    kind: 'config',
    message: (f) => `the YAML cannot be understood: ${f.reason}`,
    hint: (f) => f.hint ?? null,
  }),
  KEY_TWICE: entry<{ key: string; line: number | null }>({
    title: 'A key that is written twice',
    kind: 'config',
    message: (f) =>
      `the key "${f.key}" is already there${f.line === null ? '' : `, on line ${f.line}`}; a map can hold it once`,
    hint: () => 'Keep one of the two.',
  }),
  KEY_NOT_TEXT: entry<{ key: string }>({
    title: 'A key that is not text',
    kind: 'config',
    message: (f) => `the key ${f.key} is not text`,
    hint: () => 'Write it in quotes.',
  }),
  NO_FLOWS: entry<{ where: string; hint: string }>({
    title: 'A project without flows',
    kind: 'config',
    message: (f) => `there are no flows in ${f.where}`,
    hint: (f) => f.hint,
  }),
  ENV_UNSET: entry<{ name: string }>({
    title: 'A variable of the environment that is not set',
    kind: 'config',
    message: (f) => `the environment variable ${f.name} is not set`,
    hint: (f) => `Set it, or give it a default: \${${f.name}:-default}.`,
  }),
  ENV_MALFORMED: entry<{ text: string }>({
    title: 'A reference to the environment that cannot be read',
    kind: 'config',
    message: (f) => `${f.text} is not a reference to an environment variable`,
    hint: () =>
      `References are \${NAME} and \${NAME:-default}. For the two characters themselves write $\${.`,
  }),
  KEYS_EXCLUDE: entry<{ key: string; other: string; where: string }>({
    title: 'Two keys for one thing',
    kind: 'config',
    message: (f) => `${f.where} has both "${f.key}" and "${f.other}", which say the same thing in two ways`,
    hint: (f) => `Keep "${f.other}", and remove "${f.key}".`,
  }),
  KEY_REPLACED: entry<{ key: string; where: string; instead: string }>({
    title: 'A key of the earlier hygge that has another name now',
    kind: 'config',
    message: (f) => `the key "${f.key}" in ${f.where} does nothing`,
    hint: (f) => f.instead,
  }),
  NAME_TAKEN: entry<{ name: string; what: string; other: string }>({
    title: 'Two things with one name',
    kind: 'config',
    message: (f) => `${f.what} "${f.name}" is already there: ${f.other}`,
    hint: () => 'Give one of the two another name.',
  }),
  SAME_DESTINATION: entry<{ first: string; second: string; destination: string }>({
    title: 'Two flows with one destination',
    kind: 'config',
    message: (f) => `${f.first} and ${f.second} would both settle in ${f.destination}`,
    hint: () => 'Give each a store of its own, so that neither replaces what the other has brought.',
  }),
  PLUGIN_FAILED: entry<{ plugin: string; reason: string; hint: string }>({
    title: 'A plugin that cannot be used',
    kind: 'config',
    message: (f) => `the plugin ${f.plugin} ${f.reason}`,
    hint: (f) => f.hint,
  }),
  VAR_INVALID: entry<{ text: string; reason: string; flows: readonly string[] }>({
    title: 'A --var that cannot be understood',
    kind: 'config',
    message: (f) => `--var ${f.text}: ${f.reason}`,
    hint: (f) =>
      `Write it like --var flow.${f.flows[0] ?? 'orders'}.store.compression=zstd.${
        f.flows.length > 0 ? ` The flows are: ${list(f.flows)}.` : ''
      }`,
  }),
};

function above(folders: number): string {
  return folders > 0
    ? `, nor in ${folders === 1 ? 'the folder' : `any of the ${folders} folders`} above it`
    : '';
}
