// SOURCE TARGET RANGES: copies the ranges in a JSON file ([[offset, length], …]), one behind the other, and syncs.
import { fsyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

const [, , source, target, ranges] = process.argv;
const input = openSync(source, 'r');
const output = openSync(target, 'wx');
const buffer = Buffer.allocUnsafeSlow(512 * 1024);
for (const [offset, length] of JSON.parse(readFileSync(ranges, 'utf8'))) {
  for (let done = 0; done < length; ) {
    const read = readSync(input, buffer, 0, Math.min(buffer.length, length - done), offset + done);
    writeSync(output, buffer, 0, read);
    done += read;
  }
}
fsyncSync(output);
