import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The folder for what does not fit into memory. The engine makes it when it needs it, but not the folders above it;
 * so those are made beforehand, and removed again where nothing else has come into them.
 */
export class SpillFolder {
  readonly #path: string;
  readonly #wasThere: boolean;
  /** The uppermost folder that was made for it. */
  readonly #uppermost: string | undefined;

  private constructor(path: string, wasThere: boolean, uppermost: string | undefined) {
    this.#path = path;
    this.#wasThere = wasThere;
    this.#uppermost = uppermost;
  }

  static async at(path: string): Promise<SpillFolder> {
    const wasThere = await stat(path).then(
      () => true,
      () => false,
    );
    // Most runs never need the folder: where it cannot be made, the engine says so when it does.
    const uppermost = await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
    return new SpillFolder(path, wasThere, uppermost);
  }

  async remove(): Promise<void> {
    if (!this.#wasThere) await rm(this.#path, { recursive: true, force: true });
    if (this.#uppermost === undefined) return;
    for (let folder = dirname(this.#path); folder.startsWith(this.#uppermost); folder = dirname(folder)) {
      const removed = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }
}
