// Figures as people read them, and goals held against them.

export const secondsText = (seconds) => {
  if (seconds === null) return '';
  if (seconds < 0.1) return `${(seconds * 1000).toFixed(1)} ms`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
};

export const megabytes = (bytes) => (bytes === null ? '' : `${Math.round(bytes / 1e6)} MB`);

export const times = (ratio) => (ratio === null ? '' : ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1));

/** How many times as fast one row is as another, at least; null where one of them has no time. */
export function faster(rows, name, other) {
  const [a, b] = [name, other].map((wanted) => rows.find((row) => row.name === wanted)?.seconds ?? null);
  return a === null || b === null ? null : b / a;
}

/** The same against the fastest of several other contenders. */
export function fasterThanAll(rows, name, others) {
  const ratios = others.map((other) => faster(rows, name, other.name)).filter((ratio) => ratio !== null);
  return ratios.length === 0 ? null : Math.min(...ratios);
}

/** A goal: what is to be reached, and by what figure it was or was not; `reached` is null where nobody measured. */
export const atLeast = (text, figure, wanted) => goal(text, figure, wanted, figure >= wanted, 'at least');
export const atMost = (text, figure, wanted, unit = '') =>
  goal(text, figure, wanted, figure <= wanted, 'at most', unit);

function goal(text, figure, wanted, reached, bound, unit = '') {
  const said = figure === null ? 'not measured' : `${times(figure)}${unit}`;
  return {
    text,
    wanted: `${bound} ${wanted}${unit}`,
    figure: said,
    reached: figure === null ? null : reached,
  };
}

/** Rows of a race as a table, speeds relative to one of them. */
export function raceTable(rows, base) {
  const header = ['', 'time', `speed of "${base}"`, 'peak memory', 'rounds', 'rows'];
  return {
    header,
    lines: rows.map(({ name, missing, seconds, stopped, peak, rounds, checked }) =>
      missing === null
        ? [
            name,
            `${stopped ? 'over ' : ''}${secondsText(seconds)}`,
            times(faster(rows, name, base)),
            megabytes(peak),
            `${rounds}`,
            checked,
          ]
        : [name, `not run: ${missing}`, '', '', '', ''],
    ),
  };
}
