// Appends entries to a journal, one after the other and several at once; a process of its own.
const [, , module, folder, name, count, entry] = process.argv;
const { openJournal } = await import(module);
const journal = openJournal(folder);
const make = (i) => ({ ...JSON.parse(entry), entity_run_id: `${name}-${i}`, message: 'x'.repeat(i * 7) });
for (let i = 0; i < Number(count); i += 4) {
  await Promise.all([0, 1, 2, 3].map((k) => journal.append(make(i + k))));
}
await journal.close();
