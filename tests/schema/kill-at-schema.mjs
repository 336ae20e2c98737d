// Loaded before hygge (node --import): kills the process before a file with the name of KILL_AT gets it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const killing = (rename) => (from, to) => {
  if (String(to).endsWith(`/${process.env.KILL_AT}`)) {
    process.kill(process.pid, 'SIGKILL');
    // nothing more is done, however long the signal takes
    for (;;);
  }
  return rename(from, to);
};
fs.promises.rename = killing(fs.promises.rename);
fs.renameSync = killing(fs.renameSync);
syncBuiltinESMExports();
