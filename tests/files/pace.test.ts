import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../src/files/index.js';

/** A clock of its own: on a busy machine any step may take long. */
let now = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Takes so long, as a call does that has to wait. */
function busy(ms: number): 'in place' {
  now += ms;
  return 'in place';
}
const byThread = async () => 'by thread' as const;
const steps = async (pace: Pace, count: number) => {
  const places: string[] = [];
  for (let i = 0; i < count; i++) places.push(await pace.step(() => busy(0), byThread));
  return places;
};

describe('the pace of steps with files', () => {
  it('leaves the first steps to other threads, and then takes them in place', () => {
    const pace = new Pace();
    const places = Array.from({ length: 17 }, () => pace.inPlace);
    expect(places).toEqual([...new Array(16).fill(false), true]);
  });

  it('leaves steps to other threads for a while where one takes long', async () => {
    const pace = new Pace(0);
    expect(pace.inPlace).toBe(true);
    busy(10);
    const rest = pace.rest();
    expect(rest).not.toBeNull();
    await rest;
    expect(await steps(pace, 65)).toEqual([...new Array(64).fill('by thread'), 'in place']);
  });

  it('counts a long step that fails, with its own error', async () => {
    const pace = new Pace(0);
    const failing = pace.step(() => {
      busy(10);
      throw new Error('no such file');
    }, byThread);
    await expect(failing).rejects.toThrow('no such file');
    expect(await steps(pace, 1)).toEqual(['by thread']);
  });

  it('lets the event loop run between many quick steps, and does not take waiting between them for slowness', async () => {
    const pace = new Pace(0);
    let ran = false;
    setImmediate(() => {
      ran = true;
    });
    for (let i = 0; i < 40 && !ran; i++) await pace.step(() => busy(0.5), byThread);
    expect(ran).toBe(true);
    for (let i = 0; i < 5; i++) {
      expect(await steps(pace, 1)).toEqual(['in place']);
      busy(5);
    }
  });
});
