// Runs flows that it is told of, in a process of its own: whatever a file does to it, the tests live on.
import { Flow } from '../../dist/index.js';

process.on('message', async ({ path, store, route }) => {
  const answer = await new Flow({ name: 'm', home: path, store, threads: 1, retry: { attempts: 1 } })
    .start({ route })
    .then(
      ({ rows }) => ({ ok: true, rows }),
      (error) => ({ ok: false, code: error?.code ?? null, message: String(error?.stack ?? error) }),
    );
  process.send?.(answer);
});
