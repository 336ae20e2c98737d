// SOURCE TARGET: Polars' streaming engine from Node, with the file on the disk at the end.
const { fsyncSync, openSync } = require('node:fs');
const { default: pl } = require('nodejs-polars');

const [, , source, target] = process.argv;
pl.scanParquet(source).sinkParquet(target, { compression: 'snappy' }).collectSync();
fsyncSync(openSync(target, 'r+'));
