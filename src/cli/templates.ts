/** The name of the flow in a new workspace. */
export const exampleFlow = 'candles';
/** The file that editors read the keys from. */
export const schemaFile = 'hygge.schema.json';

export const gitignore = `# What hygge keeps for itself, and what it moves; the columns of the last runs are worth keeping
.hygge/*
!.hygge/schemas/
data/store/
`;

/** `hygge.yml` of a new workspace. */
export function projectYaml(name: string, flowsDir: string): string {
  return `# yaml-language-server: $schema=${schemaFile}
# The project. Each folder in flows_dir with a flow.yml in it is a flow.
name: ${JSON.stringify(name)}
flows_dir: ${JSON.stringify(flowsDir)}

options:
  concurrency: 8            # tables moved side by side
  continue_on_error: false  # whether the others go on when one fails
`;
}

/** The example's `flow.yml`. */
export function flowYaml(flowsDir: string): string {
  const up = '../'.repeat(flowsDir.split('/').length + 1);
  return `# yaml-language-server: $schema=${up}${schemaFile}
# A flow: from a home, where data lives, to a store, where it settles.
# Paths start at the folder of hygge.yml. \`hygge types\` lists what homes and stores can be.
home: data/home/${exampleFlow}.parquet
store: data/store/${exampleFlow}

# full_drop replaces what the store holds; incremental appends what is new.
run_type: full_drop

# More that a flow can say:
# columns: [name, price]           # only these columns, or new_name: old_name
# where: price > 4                 # only these rows
# entities: [winter, summer]       # one journey for each, below the same paths
`;
}
