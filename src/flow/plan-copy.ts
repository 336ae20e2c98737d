import type { HomeSession, Impossible } from '../core/home.js';
import type { FilesPlan, FilesShape, StoreSession } from '../core/store.js';
import type { Schema } from '../core/types.js';
import { noFiles } from './route.js';
import type { Shape } from './shape/index.js';
import { freshSelect, type Moving } from './window/moving.js';

/** How the home's files would be copied into the store; or why they cannot be. */
export async function planCopy(
  home: HomeSession,
  store: StoreSession,
  shape: FilesShape,
  { merge, fresh }: Moving,
): Promise<FilesPlan | Impossible> {
  if (merge !== null) return { impossible: 'rows are merged by their key, so every one is looked at' };
  if (home.files === undefined || store.planFiles === undefined) return noFiles;
  const files = await home.files();
  if ('impossible' in files) return files;
  if (fresh !== false) return store.planFiles(files, shape);
  const none = await store.planFiles([], shape);
  return 'impossible' in none ? none : { ...none, reason: 'spliced: no row is above what the store holds' };
}

/** What of files is wanted. */
export function filesShapeOf(schema: Schema, shape: Shape, moving: Moving): FilesShape {
  const window = typeof moving.fresh === 'string' ? moving.fresh : null;
  const { columns, where } = shape;
  return { schema, columns, where, window, select: (sql) => freshSelect(sql, shape, window) };
}
