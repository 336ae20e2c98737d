import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openOutput } from '../../src/messages/index.js';

class Stream extends EventEmitter {
  readonly isTTY: boolean;
  columns: number | undefined = 80;
  written = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.written += text;
  }
}

describe('an output', () => {
  it.each([
    [true, {}, true, true],
    [false, {}, false, false],
    [true, { NO_COLOR: '1' }, false, true],
    [true, { NO_COLOR: '' }, true, true],
    [false, { FORCE_COLOR: '1' }, true, false],
    [true, { FORCE_COLOR: '0' }, false, true],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
    [true, { TERM: 'dumb' }, false, false],
    [true, { CI: 'true' }, true, false],
  ])('on a terminal: %s, with %j: colours %s, moving lines %s', (isTTY, env, color, terminal) => {
    const output = openOutput(new Stream(isTTY), env);
    expect({ color: output.color, terminal: output.terminal }).toEqual({ color, terminal });
  });

  it('knows the width of a terminal as it is now, and none of a pipe', () => {
    const stream = new Stream(true);
    const output = openOutput(stream, {});
    stream.columns = 120;
    expect(output.columns).toBe(120);
    expect(openOutput(new Stream(false), {}).columns).toBeNull();
  });

  it.each([
    ['EPIPE', []],
    ['ENOSPC', ['ENOSPC']],
  ])('drops what it cannot write after %s, and tells of it: %j', (code, told) => {
    const stream = new Stream(false);
    const heard: string[] = [];
    const output = openOutput(stream, {}, (error) => heard.push(error.message));
    output.write('a');
    for (let i = 0; i < 2; i++) stream.emit('error', Object.assign(new Error(code), { code }));
    output.write('b');
    expect(stream.written).toBe('a');
    expect(heard).toEqual(told);
  });
});
