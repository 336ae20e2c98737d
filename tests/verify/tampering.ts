import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Store } from '../../src/index.js';
import { parquetStore } from '../../src/stores/parquet/index.js';

/** A parquet store on a bad disk: something happens to what is staged, once it is and before it is looked at. */
export function tamperingStore(path: string, tamper: (staged: readonly string[]) => Promise<void>): Store {
  const definition = {
    ...parquetStore,
    type: 'tampering',
    open: async (...given: Parameters<typeof parquetStore.open>) => {
      const session = await parquetStore.open(...given);
      const tamperNow = async () => {
        const folder = join(path, '.hygge', 'files');
        const names = (await readdir(folder)).filter((name) => name.endsWith('.part')).sort();
        if (names.length > 0) await tamper(names.map((name) => join(folder, name)));
      };
      const before = { finish: session.finish, staged: session.staged };
      return new Proxy(session, {
        get: (target, key) => {
          const value = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          if (!(key in before)) return value.bind(target);
          return (...args: unknown[]) => tamperNow().then(() => value.apply(target, args));
        },
      });
    },
  } as const;
  return Store.of(definition as never, { path });
}
