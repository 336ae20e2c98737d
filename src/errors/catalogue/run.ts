import { entry } from '../entry.js';

/** Problems of a run as a whole: stopped, out of time, counts that differ, a fault of hygge's own. */
export const runErrors = {
  INTERRUPTED: entry<{ name: string }>({
    title: 'The run was stopped',
    kind: 'interrupt',
    message: (f) => `${f.name} was stopped before it was done`,
    hint: () => 'Nothing of it was published. Run it again to start over.',
  }),
  NOT_SELECTED: entry<{
    what: 'flow' | 'entity';
    name: string;
    known: readonly string[];
    nearest?: string | undefined;
  }>({
    title: 'A flow or entity that the workspace does not have',
    kind: 'config',
    message: (f) => `there is no ${f.what} "${f.name}"`,
    hint: (f) => {
      if (f.nearest !== undefined) return `Did you mean "${f.nearest}"?`;
      if (f.known.length === 0) return 'No flow of this workspace has entities; use --flow.';
      const there = `There are: ${f.known.slice(0, 12).join(', ')}${f.known.length > 12 ? ', …' : ''}.`;
      return f.what === 'flow'
        ? `${there} A flow is a folder with a flow.yml, or stands under flows:.`
        : there;
    },
  }),
  FLOW_TIMEOUT: entry<{ name: string; seconds: number }>({
    title: 'A flow made no progress for too long',
    kind: 'run',
    retryable: true,
    message: (f) => `${f.name} made no progress for ${f.seconds} seconds and was stopped`,
    hint: () => 'Nothing was published. Check whether the home answers, or raise timeout: in the flow.',
  }),
  ROWS_DIFFER: entry<{ name: string; read: number; staged: number }>({
    title: 'Rows read and rows staged differ',
    kind: 'run',
    retryable: true,
    message: (f) => `${f.name}: ${f.read} rows were read, but ${f.staged} rows were staged`,
    hint: () => 'Nothing was published. If the source was being written to, run it again when it is still.',
  }),
  ROUTE_IMPOSSIBLE: entry<{ name: string; route: string; reason: string; possible: readonly string[] }>({
    title: 'The route asked for cannot be taken',
    kind: 'config',
    message: (f) => `${f.name} cannot take the ${f.route} route: ${f.reason}`,
    hint: (f) => `Leave --route out, or use one of: ${f.possible.join(', ') || 'none'}.`,
  }),
  MODE_UNSUPPORTED: entry<{ name: string; type: string; mode: string; modes: readonly string[] }>({
    title: 'The store cannot do what the run type asks',
    kind: 'config',
    message: (f) => `${f.name}: a ${f.type} store cannot ${f.mode}`,
    hint: (f) => `It can: ${f.modes.join(', ')}. Choose another run_type, or another store.`,
  }),
  ENDS_OVERLAP: entry<{ name: string; home: string; store: string; reason: string }>({
    title: 'A home and a store that lie in one another',
    kind: 'config',
    message: (f) => `${f.name} would read what it writes: ${f.reason} (home ${f.home}, store ${f.store})`,
    hint: () =>
      'Give the store a folder of its own beside the home, such as data/home and data/store. Nothing was touched.',
  }),
  ENGINE_FAILED: entry<{ name: string; reason: string }>({
    title: 'The engine could not carry out a statement',
    kind: 'run',
    message: (f) => `${f.name}: the engine stopped: ${f.reason}`,
    hint: () => null,
  }),
  OUT_OF_MEMORY: entry<{ name: string; limit: string; reason: string }>({
    title: 'The memory limit is too low for this data',
    kind: 'run',
    message: (f) => `${f.name}: the memory limit of ${f.limit} was not enough: ${f.reason}`,
    hint: () => 'Raise options.memory_limit in hygge.yml, or lower options.threads or options.concurrency.',
  }),
  TYPE_FAILED: entry<{ name: string; role: 'home' | 'store'; type: string; reason: string }>({
    title: 'A home or store failed in its own code',
    kind: 'run',
    message: (f) => `${f.name}: the ${f.type} ${f.role} failed: ${f.reason}`,
    hint: () =>
      'The message is from that type, not from hygge. --verbose shows where in its code it happened.',
  }),
  INTERNAL: entry<{ reason: string }>({
    title: 'A fault of hygge itself',
    kind: 'run',
    message: (f) => `hygge met something it did not expect: ${f.reason}`,
    hint: () =>
      'This is a fault of hygge. Please report it with the output of the same command and --verbose.',
  }),
};
