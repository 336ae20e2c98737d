import { z } from 'zod';
import { nearest } from '../../core/nearest.js';

/** Options of a format, whose own schema checks them. */
export const formatOptions = z
  .record(z.string(), z.unknown())
  .default({})
  .describe('Keys of the home or store of that format');

interface Named {
  readonly type: string;
  readonly config: z.ZodObject;
}

interface Settings {
  readonly format: string;
  readonly format_options: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** What options of csv were called in the earlier hygge, by the library that it handed them to. */
const earlier: ReadonlyMap<string, string> = new Map([
  ['separator', 'delimiter'],
  ['has_header', 'header'],
  ['include_header', 'header'],
  ['quote_char', 'quote'],
  ['comment_prefix', 'comment'],
  ['null_values', 'null_value'],
]);

/** Hands a configuration with `format` on to the type of that name. */
export function delegate<D extends Named>(formats: readonly D[]) {
  const find = (format: string): D | undefined => formats.find(({ type }) => type === format);
  const ownKeys = ({ format: _, format_options: options, options: more, ...keys }: Settings, to: D) => {
    const known = Object.entries(keys).filter(
      ([key, value]) => key in to.config.shape && value !== undefined,
    );
    return { ...Object.fromEntries(known), ...more, ...options };
  };
  return {
    /** Checks the options by the schema of the format. */
    check: ({ value, issues }: z.core.ParsePayload<unknown>): void => {
      const settings = value as Settings;
      const definition = find(settings.format);
      if (definition === undefined) return;
      const result = definition.config.safeParse(ownKeys(settings, definition));
      for (const issue of result.error?.issues ?? []) {
        const at = ['format_options', ...issue.path];
        if (issue.code !== 'unrecognized_keys')
          issues.push({ code: 'custom', message: issue.message, path: at, input: value });
        else
          for (const key of issue.keys) {
            const known = Object.keys(definition.config.shape);
            const now = earlier.get(key);
            const like = nearest(key, known);
            const hint =
              now !== undefined && known.includes(now)
                ? `; write ${now}, as ${key} was called in the earlier hygge`
                : like === undefined
                  ? ''
                  : `; did you mean "${like}"?`;
            const message = `no key of ${settings.format} is called so${hint}`;
            issues.push({ code: 'custom', message, path: [...at, key], input: value });
          }
      }
    },
    resolve: (settings: Settings): { definition: D; config: Record<string, unknown> } => {
      const definition = find(settings.format);
      if (definition === undefined) throw new Error(`there is no format ${settings.format}`);
      return { definition, config: definition.config.parse(ownKeys(settings, definition)) };
    },
  };
}
