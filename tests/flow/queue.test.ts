import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../src/flow/queue.js';

const item = (bytes: number) => ({ bytes });
/** Lets everything run that is ready to. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the queue between reader and writer', () => {
  it('hands on every item, in order, whatever its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(100), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 150 }),
        async (sizes, maxItems, maxBytes) => {
          const queue = new BoundedQueue<{ bytes: number }>(maxItems, maxBytes);
          const produce = (async () => {
            for (const size of sizes) await queue.push(item(size));
            queue.end();
          })();
          const seen: number[] = [];
          for (let next = await queue.shift(); next !== null; next = await queue.shift())
            seen.push(next.bytes);
          await produce;
          expect(seen).toEqual(sizes);
        },
      ),
    );
  });

  it('holds no more items than it may', async () => {
    const queue = new BoundedQueue(2, 1_000);
    let pushed = 0;
    const produce = (async () => {
      for (let i = 0; i < 5; i++) {
        await queue.push(item(1));
        pushed++;
      }
    })();
    await settle();
    expect(pushed).toBe(2);
    for (let i = 0; i < 5; i++) await queue.shift();
    await produce;
    expect(pushed).toBe(5);
  });

  it('holds no more bytes than it may, but always lets one item in', async () => {
    const queue = new BoundedQueue(100, 10);
    await queue.push(item(50));
    let second = false;
    const waiting = queue.push(item(1)).then(() => {
      second = true;
    });
    await settle();
    expect(second).toBe(false);
    await queue.shift();
    await waiting;
    expect(second).toBe(true);
  });

  it('frees a producer that waits, with the error of the consumer, however many items are left', async () => {
    const queue = new BoundedQueue(1, 10);
    const produce = (async () => {
      for (let i = 0; i < 50; i++) await queue.push(item(1));
    })();
    await queue.shift();
    queue.fail(new Error('the store is gone'));
    await expect(produce).rejects.toThrow('the store is gone');
    await expect(queue.shift()).rejects.toThrow('the store is gone');
  });

  it('frees a consumer that waits, with the error of the producer', async () => {
    const queue = new BoundedQueue(1, 10);
    const waiting = queue.shift();
    queue.fail(new Error('the home is gone'));
    await expect(waiting).rejects.toThrow('the home is gone');
  });
});
