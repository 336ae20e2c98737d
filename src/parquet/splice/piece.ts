import type { Footer, RowGroup } from '../footer.js';

/** A row group on its way from an input to an output. */
export interface Piece {
  /** The place of its input in the plan. */
  readonly input: number;
  readonly footer: Footer;
  readonly index: number;
  readonly group: RowGroup;
}
