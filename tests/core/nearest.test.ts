import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.js';

describe('did you mean', () => {
  it.each([
    ['parqet', 'parquet'],
    ['Parquet', 'parquet'],
    ['stroe', 'store'],
    ['compresion', 'compression'],
    ['xyzzy', undefined],
    ['', undefined],
  ])('%s → %s', (written, expected) => {
    expect(nearest(written, ['store', 'parquet', 'compression'])).toBe(expected);
  });
});
