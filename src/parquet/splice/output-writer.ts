import { hyggeVersion } from '../../core/version.js';
import type { Footer } from '../footer.js';
import { hasShortSizes, hasSoundStatistics } from '../writer.js';
import type { SpliceImpossible } from './plan.js';

/**
 * What `created_by` of the outputs says. Readers go by it to make allowance for the faults of known writers, and
 * the copied bytes are still theirs: so the writer's own words stay where all inputs have the same.
 */
export function outputWriter(
  footers: readonly Footer[],
): { readonly createdBy: string | null } | SpliceImpossible {
  const writers = new Map<string | null, Footer>();
  for (const footer of footers) if (!writers.has(footer.createdBy)) writers.set(footer.createdBy, footer);
  const each = [...writers.values()];
  const short = each.find((footer) => hasShortSizes(footer.createdBy));
  if (short !== undefined) {
    return { impossible: `${short.path} was written by ${short.createdBy}, which recorded wrong sizes` };
  }
  const createdBy = footers[0]?.createdBy ?? null;
  if (writers.size === 1) return { createdBy };
  const faulty = each.find((footer) => !hasSoundStatistics(footer.createdBy));
  if (faulty !== undefined) {
    return {
      impossible: `${faulty.path} was written by ${faulty.createdBy ?? 'an unknown program'}, whose statistics must not be mixed with those of others`,
    };
  }
  return { createdBy: `hygge version ${hyggeVersion()}` };
}
