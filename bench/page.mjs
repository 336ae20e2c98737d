import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { goalsTable, tableText } from './table.mjs';

/** Writes docs/benchmarks.md: what bench/notes.md says of the figures, goals, tables. */
export function writePage(groups, facts, { bytes, rounds }) {
  const goals = groups.flatMap(({ parts }) => parts.flatMap((part) => part.goals));
  const count = (wanted) => goals.filter(({ reached }) => reached === wanted).length;
  const unknown = count(null) === 0 ? '' : `, ${count(null)} not measured`;
  const notes = readFileSync(join(root, 'bench', 'notes.md'), 'utf8').trim();
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    '# Benchmarks',
    `Made by \`npm run bench -- --gb ${bytes / 1e9} --rounds ${rounds} --write\` on ${date}. Every contender is a process of its own, from its start to its end, with what it wrote on the disk; they take turns, and the median counts. Whoever needs over 5 s runs once, save in the races of the engine; whoever needs less than 2 s runs twice as often as the others. The sources are in the page cache, and before each the memory that it may need is taken from the system and let go of, since a virtual machine has to get it back from its host after a pause. Peak memory is that of the process and all that it starts. "equal" means that the rows that were written, each as often, are those of the source: compared row by row up to 200,000 rows, and above that by a sum of the hashes of all rows.`,
    notes,
    '## Goals',
    `${count(true)} reached, ${count(false)} missed${unknown}.`,
    goalsTable(goals),
    '## The machine',
    tableText({ header: ['', ''], lines: facts, words: 2 }),
    ...groups.flatMap(({ title, text: about, parts }) => [
      `## ${title}`,
      about,
      ...parts.flatMap((part) => [
        ...(part.title === undefined ? [] : [`### ${part.title}`]),
        tableText(part.table),
      ]),
    ]),
  ].join('\n\n');
  writeFileSync(join(root, 'docs', 'benchmarks.md'), `${text}\n`);
}
