import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forEach } from '../../src/files/durable.js';

const items = Array.from({ length: 100 }, (_, i) => i);

describe('doing the same with many files', () => {
  it('comes to each once, some at a time', async () => {
    const seen: number[] = [];
    let under = 0;
    let most = 0;
    await forEach(items, async (item) => {
      most = Math.max(most, ++under);
      await setImmediate();
      seen.push(item);
      under -= 1;
    });
    expect(seen.toSorted((a, b) => a - b)).toEqual(items);
    expect(most).toBe(8);
  });

  it('begins none after a failure, and has waited for all when it tells the first', async () => {
    let begun = 0;
    let ended = 0;
    const work = async (item: number): Promise<void> => {
      begun += 1;
      for (let i = 0; i < item; i++) await setImmediate();
      ended += 1;
      if (item === 3 || item === 5) throw new Error(`number ${item}`);
    };
    await expect(forEach(items, work)).rejects.toThrow('number 3');
    expect(ended).toBe(begun);
    expect(begun).toBeLessThan(20);
  });

  it('does nothing with none', async () => {
    await forEach([], () => expect.unreachable());
  });
});
