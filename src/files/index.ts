export { DiskFile } from './disk-file.js';
export {
  makeFolders,
  readIfThere,
  syncFile,
  syncFolder,
  writeFileDurably,
} from './durable.js';
export { fileError, translated } from './file-error.js';
export { errorCode, type FileSystem } from './file-system.js';
export {
  type FolderContents,
  FolderStore,
  type FolderStoreOptions,
  type PublishedChange,
} from './folder-store.js';
export { type Host, thisHost } from './host.js';
export { isLocal } from './local.js';
export { missingPath } from './missing-path.js';
export { nodeFileSystem } from './node-file-system.js';
export { OwnedFolder, sweepOwned } from './owned-folder.js';
export { Pace } from './pace.js';
export type { FileToAdd, Publication } from './publication.js';
export { QuarantineFolder, type QuarantineNote, quarantineFolders } from './quarantine.js';
export type { StoredFile } from './record.js';
export type { Recovered } from './recovery.js';
export type { Owner } from './session.js';
