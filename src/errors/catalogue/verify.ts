import { entry } from '../entry.js';

/** Problems that show when what was staged, or what lies in a store, is held against what it should be. */
export const verifyErrors = {
  FINGERPRINT_DIFFERS: entry<{
    name: string;
    column: string | null;
    what: string;
    home: string;
    store: string;
  }>({
    title: 'Values read and values staged differ',
    kind: 'run',
    retryable: true,
    message: (f) =>
      `${f.name}: ${f.column === null ? 'the rows' : `column "${f.column}"`}: the ${f.what} differ${f.what.endsWith('s') ? '' : 's'}: ${f.home} in the home, ${f.store} in what was staged`,
    hint: () =>
      'Nothing was published. If the source was being written to, run it again when it is still; if not, a disk or memory may be failing.',
  }),
  AUDIT_UNSUPPORTED: entry<{ name: string; type: string }>({
    title: 'A store that cannot be verified',
    kind: 'run',
    message: (f) => `${f.name}: a ${f.type} store cannot be held against a record of its own`,
    hint: () => 'Count its rows with its own means, and compare them with: hygge journal.',
  }),
  VERIFY_UNSUPPORTED: entry<{ name: string; reason: string }>({
    title: 'Fingerprints cannot be compared here',
    kind: 'config',
    message: (f) => `${f.name}: verify: fingerprint is not possible: ${f.reason}`,
    hint: () => 'Write verify: counts, which compares the rows read and the rows staged.',
  }),
};
