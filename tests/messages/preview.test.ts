import { describe, expect, it } from 'vitest';
import type { Schema } from '../../src/core/types.js';
import { displayWidth } from '../../src/errors/text.js';
import { previewText } from '../../src/messages/index.js';
import { captured } from './helpers.js';

const columns: Schema = [
  { name: 'id', type: { kind: 'bigint' }, nullable: false },
  { name: 'a rather long name', type: { kind: 'varchar' }, nullable: true },
  { name: 'more', type: { kind: 'varchar' }, nullable: true },
  { name: 'last', type: { kind: 'decimal', width: 9, scale: 2 }, nullable: true },
];
const rows = [
  ['1', '日本語日本語日本語日本語 and more', 'two\nlines', '1.50'],
  ['20000', null, '', null],
];
const outcome = { name: 'f', flow: 'f', entity: null, preview: { columns, rows }, error: null };
const text = (width: number | null): string => previewText([outcome], captured({ columns: width }));

describe('a preview', () => {
  it('is whole where there is no terminal', () => {
    expect(text(null).split('\n')).toEqual([
      'f  the first 2 rows, as they would settle',
      '      id  a rather long name                 more               last',
      '  BIGINT  VARCHAR                            VARCHAR    DECIMAL(9,2)',
      '       1  日本語日本語日本語日本語 and more  two lines          1.50',
      '   20000  NULL                                                  NULL',
      '',
      'Nothing was written.',
      '',
    ]);
  });

  it.each([20, 30, 34, 45, 60, 80])('fits a terminal of %i cells, and names what does not', (width) => {
    const lines = text(width).split('\n');
    const table = lines.filter((line) => line.startsWith('  ') && !line.startsWith('  and '));
    expect(Math.max(...table.map(displayWidth))).toBeLessThanOrEqual(width);
    expect(table).toHaveLength(4);
    const shown = table[0]?.trim().split(/ {2,}/).length ?? 0;
    if (shown < 4) expect(text(width)).toContain(`and ${4 - shown} more column`);
    else expect(text(width)).not.toContain(' more column');
    expect(shown).toBeGreaterThan(1);
  });

  it('says where there is nothing, and where something could not be shown', () => {
    const empty = { ...outcome, preview: { columns, rows: [] } };
    const failed = { ...outcome, preview: null };
    expect(previewText([empty], captured())).toContain('f  no rows, as they would settle');
    expect(previewText([failed], captured())).toContain('f  could not be shown');
  });
});
