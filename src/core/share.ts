/** A share such as `20%` or `0.2` as a fraction; null where it is none. */
export function parseShare(text: string): number | null {
  const [, amount = '', percent = ''] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  if (amount === '') return null;
  // 29.5 / 100 is not the number next to 0.295 in every case; shifting the point of the text is
  return percent === '' ? Number(amount) : Number(`${amount}e-2`);
}

/** A fraction as people read it, to three digits: `20 %`, `0.301 %`; never 0 or 100 where it is neither. */
export function shareText(share: number): string {
  const percent = share * 100;
  const text = Number(percent.toPrecision(3));
  if (text === 100 && share < 1) return 'almost 100 %';
  return share > 0 && share < 0.000_01 ? 'less than 0.001 %' : `${text} %`;
}
