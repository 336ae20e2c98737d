import { describe, expect, it } from 'vitest';
import { checkPattern, FileNames } from '../../src/formats/folder/names.js';

const names = (pattern: string, existing: string[] = []) =>
  new FileNames(pattern, { name: 'sales_orders', flowName: 'sales' }, existing);

describe('names of files', () => {
  it('count in the width that the pattern says', () => {
    expect(names('{sequence:020d}.parquet').next()).toBe('00000000000000000001.parquet');
    expect(names('{name}-{sequence}.parquet').next()).toBe('sales_orders-1.parquet');
    expect(names('{flow_name}_{sequence:03d}.parquet').next()).toBe('sales_001.parquet');
  });

  it('go on behind the highest that is there', () => {
    const made = names('{name}_{sequence:03d}.parquet', [
      'sales_orders_007.parquet',
      'other_900.parquet',
      'x.txt',
    ]);
    expect([made.next(), made.next()]).toEqual(['sales_orders_008.parquet', 'sales_orders_009.parquet']);
  });

  it('have no characters that a name of a file cannot have', () => {
    const made = new FileNames('{name}.{sequence}.parquet', { name: 'a/b:c', flowName: 'f' }, []);
    expect(made.next()).toBe('a_b_c.1.parquet');
  });

  it.each([
    ['data.parquet', 'sequence'],
    ['{sequence}.csv', '.parquet'],
    ['{sequnce}.parquet', '{sequnce}'],
    ['{sequence:5}.parquet', 'brace'],
    ['{sequence.parquet', 'brace'],
    ['a/{sequence}.parquet', '/'],
    ['.{sequence}.parquet', 'dot'],
  ])('refuses the pattern %s', (pattern, why) => {
    expect(checkPattern(pattern, '.parquet')).toContain(why);
  });
});
