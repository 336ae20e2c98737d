// What contenders are given to read: flows as YAML (of which JSON is a part), and command lines.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file with one flow from the job's source to `store` in its output, and further keys. Gives its path. */
export function flowFile(job, store, options, more = {}) {
  const flow = {
    home: homeOf(job),
    store: { type: 'parquet', path: join(job.output, 'store'), ...store },
    ...(job.columns === undefined ? {} : { columns: job.columns }),
    ...more,
  };
  const path = join(job.output, 'flow.yml');
  writeFileSync(path, JSON.stringify({ options, flows: { rows: flow } }));
  return path;
}

/** What the job says, text where it has some, and parquet otherwise. */
const homeOf = ({ source, home, input, format, types }) =>
  home ??
  (input === undefined ? { type: 'parquet', path: source } : { type: format, path: input, columns: types });

/** The same as a workspace, which is all that the earlier tool reads. Gives its folder. */
export function workspaceFolder(job) {
  const folder = join(job.output, 'flows', 'rows');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(job.output, 'hygge.yml'), JSON.stringify({ name: 'bench', flows_dir: 'flows' }));
  const flow = {
    name: 'rows',
    home: { type: 'parquet', path: job.source },
    store: { type: 'parquet', path: join(job.output, 'store') },
  };
  writeFileSync(join(folder, 'flow.yml'), JSON.stringify(flow));
  return job.output;
}

/** A line for the shell, with what it calls "$1", "$2", … */
export const shell = (line, ...args) => ({ file: 'sh', args: ['-c', line, 'sh', ...args] });
