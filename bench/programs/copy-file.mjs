// SOURCE TARGET: copies a file by the means of Node, and waits until the disk has it.
import { copyFileSync, fsyncSync, openSync } from 'node:fs';

const [, , source, target] = process.argv;
copyFileSync(source, target);
fsyncSync(openSync(target, 'r+'));
