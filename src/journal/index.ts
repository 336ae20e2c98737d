export { type JournalAction, type JournalEntry, journalVersion, standing } from './entry.js';
export { type Journal, openJournal } from './journal.js';
export { runIdOf } from './run-id.js';
