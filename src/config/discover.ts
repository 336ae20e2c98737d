import { join, parse, resolve } from 'node:path';
import { fail, type HyggeError } from '../errors/index.js';
import { displayPath, kindOf, type Reader, type Start } from './files.js';
import type { RawFlow } from './flow.js';
import { child, type MapNode, textOf } from './node.js';
import type { Problems } from './problems.js';
import { given } from './wording.js';

const flowFiles = ['flow.yml', 'flow.yaml'];

export interface Discovery {
  readonly start: Start;
  readonly root: string;
  readonly cwd: string;
  /** What the first file holds; undefined where it could not be read. */
  readonly node: MapNode | undefined;
  readonly reader: Reader;
  readonly problems: Problems;
  /** Whether connections are enough. */
  readonly withoutFlows: boolean;
}

/** All flows: those under `flows:` in the first file, then those in folders of their own. */
export function discoverFlows(discovery: Discovery): RawFlow[] {
  const { start, root, cwd, node, problems, withoutFlows } = discovery;
  const inline = inlineFlows(discovery);
  const named = textOf(child(node, 'flows_dir'));
  const folder = resolve(root, named ?? 'flows');
  const inFolders = start.isWorkspace || named !== undefined ? folderFlows(folder, discovery) : [];
  const flows = [...inline];
  for (const flow of inFolders) {
    const other = inline.find(({ name }) => name === flow.name);
    if (other === undefined) flows.push(flow);
    else
      problems.add(
        fail(
          'NAME_TAKEN',
          { what: 'a flow', name: flow.name, other: displayPath(join(folder, flow.name), cwd) },
          { at: other.at },
        ),
      );
  }
  if (named !== undefined && kindOf(folder) !== 'folder') {
    const at = child(node, 'flows_dir')?.at ?? null;
    problems.add(fail('CONFIG_NOT_FOUND', { what: 'the folder of the flows', path: folder }, { at }));
  } else if (inline.length + inFolders.length === 0 && !problems.any) {
    const connection = firstConnection(node);
    if (!withoutFlows || connection === undefined)
      problems.add(noFlows(discovery, displayPath(folder, cwd), connection));
  }
  return flows;
}

function firstConnection(node: MapNode | undefined): string | undefined {
  const connections = child(node, 'connections');
  return connections?.kind === 'map' ? connections.entries.keys().next().value : undefined;
}

function noFlows({ start, cwd }: Discovery, folder: string, connection: string | undefined): HyggeError {
  const file = displayPath(start.file, cwd);
  const make = connection === undefined ? '' : ` \`hygge discover ${connection} --write NAME\` makes one.`;
  const hint = start.isWorkspace
    ? `A flow is a folder with a flow.yml that names a home and a store; the name of the folder is its name.${make}`
    : 'Write flows: with at least one flow that names a home and a store.';
  const at = { file, line: null, column: null };
  return fail('NO_FLOWS', { where: start.isWorkspace ? folder : file, hint }, { at });
}

/** A flow.yml or an entity that was named where a project or a file with flows is wanted. */
export function refuseSingleFlow(node: MapNode, { isWorkspace }: Start, file: string): void {
  if (isWorkspace || node.entries.has('flows') || !(node.entries.has('home') || node.entries.has('store')))
    return;
  const hint =
    'It looks like one flow of a project. Run `hygge go` in the folder of its hygge.yml, or put it under flows: { NAME: … }.';
  throw fail('NO_FLOWS', { where: file, hint }, { at: { file, line: null, column: null } });
}

function inlineFlows({ node, problems }: Discovery): RawFlow[] {
  const flows = child(node, 'flows');
  if (flows?.kind !== 'map') return [];
  return [...flows.entries].flatMap(([name, { keyAt, value }]) => {
    if (value.kind === 'map')
      return [{ name, node: { ...value, at: keyAt ?? value.at }, at: keyAt, entityFiles: [] }];
    const reason = `must be a map with home and store, but is ${given(value).text}`;
    problems.add(fail('INVALID_VALUE', { key: `flows.${name}`, reason }, { at: value.at }));
    return [];
  });
}

function folderFlows(folder: string, { reader, problems, cwd }: Discovery): RawFlow[] {
  const flows: RawFlow[] = [];
  for (const name of reader.names(folder)) {
    const own = join(folder, name);
    const inside = reader.names(own);
    const files = flowFiles.filter((file) => inside.includes(file));
    const [first, second] = files.map((file) => join(own, file));
    if (first === undefined) continue;
    if (second !== undefined) {
      const at = { file: displayPath(second, cwd), line: null, column: null };
      problems.add(fail('NAME_TAKEN', { what: 'a flow', name, other: displayPath(first, cwd) }, { at }));
    }
    const node = reader.read(first);
    const entityFiles: { node: MapNode; stem: string }[] = [];
    for (const file of reader.yamlFiles(join(own, 'entities'))) {
      const entity = reader.read(file);
      if (entity !== undefined) entityFiles.push({ node: entity, stem: parse(file).name });
    }
    if (node !== undefined) flows.push({ name, node, at: null, entityFiles });
  }
  return flows;
}
