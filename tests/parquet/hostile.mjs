// PATH: reads the footer of a file, in a process of its own. Prints, as JSON, what became of it, the processor time it
// took in milliseconds, and by how many bytes the memory of the process has grown at most.
import { readFileSync } from 'node:fs';
import { readFooter } from '../../build/parquet/index.js';

/** Where there is no /proc, what the system counts, which may begin with the memory of whoever started this. */
function peak() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

const before = peak();
const start = process.cpuUsage();
const code = await readFooter(process.argv[2]).then(
  ({ rows }) => `${rows} rows`,
  (error) => error.code ?? String(error),
);
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ code, ms: (user + system) / 1000, grown: peak() - before }));
