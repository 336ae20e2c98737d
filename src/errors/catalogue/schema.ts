import { entry } from '../entry.js';

const keys: Readonly<Record<string, string>> = {
  added: 'on_new_column: add (or leave_out)',
  missing: 'on_missing_column: keep (or drop)',
  widened: 'on_type_change: widen',
  narrowed: 'on_type_change: widen',
  changed: 'on_type_change: text (or keep)',
  nullable: 'on_nullable: allow',
};

/** Columns that are not those of the last run. */
export const schemaErrors = {
  SCHEMA_DRIFT: entry<{
    name: string;
    flow: string;
    changes: readonly { readonly what: string; readonly message: string }[];
  }>({
    title: 'The columns are not those of the last run',
    kind: 'run',
    message: (f) => {
      const [first] = f.changes;
      if (f.changes.length === 1 && first !== undefined) return `${f.name}: ${first.message}`;
      const lines = f.changes.map(({ message }) => `- ${message}`);
      return [`${f.name}: the columns are not those of the last run`, ...lines].join('\n');
    },
    hint: (f) => {
      const rules = [...new Set(f.changes.map(({ what }) => keys[what] ?? ''))].filter((key) => key !== '');
      return `No row was moved. Mend the home; or take the columns as they are now with \`hygge schema accept ${f.flow}\`; or let it pass each time with schema: { ${rules.join(', ')} }.`;
    },
  }),
  SCHEMA_FILE_DAMAGED: entry<{ path: string; reason: string }>({
    title: 'A kept schema that cannot be understood',
    kind: 'config',
    message: (f) => `${f.path} is no kept schema: ${f.reason}`,
    hint: () => 'Bring it back from git, or write it anew from the home with `hygge schema accept FLOW`.',
  }),
};
