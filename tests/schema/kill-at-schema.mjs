// Loaded before hygge (node --import): kills the process before a file with the name of KILL_AT gets it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { rename } = fs.promises;
fs.promises.rename = async (from, to) => {
  if (String(to).endsWith(`/${process.env.KILL_AT}`)) {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  }
  return rename(from, to);
};
syncBuiltinESMExports();
