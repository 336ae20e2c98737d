import { describe, expect, it } from 'vitest';
import { Watchdog } from '../../src/flow/watchdog.js';

const never = new Promise<never>(() => {});

describe('the watchdog', () => {
  it('stops waiting for work that makes no progress', async () => {
    const watchdog = new Watchdog('orders', 0.02, undefined);
    await expect(watchdog.race(never)).rejects.toMatchObject({ code: 'FLOW_TIMEOUT', retryable: true });
    watchdog.end();
  });

  it('stops waiting when the run is stopped, also when it was stopped before', async () => {
    const controller = new AbortController();
    const watchdog = new Watchdog('orders', 300, controller.signal);
    const waiting = watchdog.race(never);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupt' });
    const late = new Watchdog('orders', 300, controller.signal);
    await expect(late.race(never)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    for (const each of [watchdog, late]) each.end();
  });

  it('hands on what the work gives', async () => {
    const watchdog = new Watchdog('orders', 300, undefined);
    await expect(watchdog.race(Promise.resolve(7))).resolves.toBe(7);
    watchdog.end();
  });
});
