export { type JournalEntry, journalVersion } from './entry.js';
export { type Journal, openJournal } from './journal.js';
