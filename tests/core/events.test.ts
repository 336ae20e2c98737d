import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Events } from '../../src/core/events.js';

const event = { run_id: 'r', project: 'p', entities: 1 };

describe('the stream of events', () => {
  it('calls listeners in order, until they stop listening', () => {
    const events = new Events();
    const heard: string[] = [];
    const stop = events.on('run.started', () => heard.push('a'));
    events.on('run.started', () => heard.push('b'));
    events.emit('run.started', event);
    stop();
    events.emit('run.started', event);
    expect(heard).toEqual(['a', 'b', 'b']);
  });

  it('goes on where a listener throws, and warns', async () => {
    const events = new Events();
    const heard: string[] = [];
    events.on('run.started', () => {
      throw new Error('a listener of somebody else');
    });
    events.on('run.started', ({ run_id }) => heard.push(run_id));
    const warned = once(process, 'warning');
    events.emit('run.started', event);
    expect(heard).toEqual(['r']);
    expect(String(await warned)).toContain('a listener of somebody else');
  });
});
