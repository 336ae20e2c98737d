// Compiles what is in `kernel/` to WebAssembly, beside the bundles.
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const { error, stderr } = await asc.main([
  'kernel/index.ts',
  ...['--outFile', 'dist/kernel.wasm'],
  ...['--baseDir', fileURLToPath(new URL('..', import.meta.url))],
  ...['--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1'],
  ...['-O3', '--noAssert'],
]);
if (error !== null) {
  console.error(stderr.toString());
  throw error;
}
