import { fail } from '../../errors/index.js';
import { type ExecuteSpliceOptions, executeSplice, type Footer, planSplice } from '../../parquet/index.js';

/** Rows in a vector of the engine: the grain of its row groups. */
const vectorRows = 2048;
/** From this many rows a file on, a file may hold a vector more than was asked for: 2,048 rows, a tenth at most. */
export const exactBelow = 10 * vectorRows;
/** The engine's own size of a row group: 60 vectors. */
const usualRowGroup = 60 * vectorRows;

/** How many rows go into a file and into each of its row groups. */
export interface Division {
  readonly fileRows: number;
  readonly rowGroupRows: number;
}

/**
 * The division for files of about so many rows: as many equal row groups as it takes to stay at the engine's usual
 * size, each of whole vectors, so that a file of so many rows ends at the border of a row group.
 */
export function divisionFor(batchSize: number): Division {
  const groups = Math.ceil(wholeVectors(batchSize) / usualRowGroup);
  const rowGroupRows = wholeVectors(Math.ceil(batchSize / groups));
  return { fileRows: batchSize < exactBelow ? batchSize : groups * rowGroupRows, rowGroupRows };
}

function wholeVectors(rows: number): number {
  return Math.ceil(rows / vectorRows) * vectorRows;
}

/** Copies the row groups of a file into files of at most so many rows; gives their paths, in order. */
export async function divideByRowGroups(
  footer: Footer,
  fileRows: number,
  allocate: () => string,
  options: Pick<ExecuteSpliceOptions, 'signal' | 'onBytes'>,
): Promise<readonly string[]> {
  const plan = planSplice([{ footer, rowGroups: footer.rowGroups.map((_, i) => i) }], {
    targetRows: fileRows,
  });
  if ('impossible' in plan)
    throw fail('INTERNAL', { reason: `a file of its own cannot be divided: ${plan.impossible}` });
  const paths = plan.outputs.map(() => allocate());
  await executeSplice(plan, paths, options);
  return paths;
}
