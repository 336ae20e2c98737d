import { expect, it } from 'vitest';
import { openEngine } from '../../src/engine/index.js';

const schema = [{ name: 'id', type: { kind: 'bigint' }, nullable: true }] as const;
const batch = { schema, rows: 2, columns: [[1n, 2n]], bytes: 16 };
const endless = { sql: 'SELECT i AS id FROM range(1000000000000) AS n(i)', schema };
const stopped = { code: 'INTERRUPTED', kind: 'interrupt' };

/** The native library dies when something is closed beneath its work; so closing waits for what is under way. */
it.each(Array.from({ length: 20 }, (_, i) => i))(
  'a session that is being opened is not given out (%i)',
  async () => {
    const engine = await openEngine();
    const opening = expect(engine.session()).rejects.toMatchObject(stopped);
    await engine.close();
    await opening;
  },
);

it('a session is not opened after it', async () => {
  const engine = await openEngine();
  await engine.close();
  await expect(engine.session()).rejects.toMatchObject(stopped);
});

it('stops a stream in the middle of a fetch, and one that nobody reads', async () => {
  const engine = await openEngine();
  const session = await engine.session();
  const slow = { sql: `${endless.sql} WHERE i % 1000000 = 1`, schema };
  const [read, unread] = [slow, endless].map((one) => session.batches(one)[Symbol.asyncIterator]());
  await unread?.next();
  const fetching = expect(read?.next()).rejects.toMatchObject(stopped);
  await engine.close();
  await fetching;
  await expect(unread?.next()).rejects.toMatchObject(stopped);
});

it('stops a statement, and those that wait for it', async () => {
  const engine = await openEngine();
  const session = await engine.session();
  const running = session.run(`SELECT count(*) FROM (${endless.sql}) WHERE id % 7 = 1`);
  const waiting = session.run('SELECT 1');
  const both = Promise.all([
    expect(running).rejects.toMatchObject(stopped),
    expect(waiting).rejects.toMatchObject(stopped),
  ]);
  await engine.close();
  await both;
});

it.each(['session', 'engine'] as const)(
  'of the %s stops a statement that runs beside others',
  async (what) => {
    const engine = await openEngine();
    const session = await engine.session();
    const count = `SELECT count(*) FROM (${endless.sql}) WHERE id % 7 = 1`;
    const ends = ['begun', 'begun too'].map(() =>
      expect(session.run(count, { beside: true })).rejects.toMatchObject(stopped),
    );
    await session.rows('SELECT 1');
    await (what === 'session' ? session : engine).close();
    await Promise.all(ends);
    await engine.close();
  },
);

it('lets an append end that has begun, and takes no other', async () => {
  const engine = await openEngine();
  const session = await engine.session();
  const table = await session.table(schema);
  const begun = table.append(batch);
  const ended = begun.then(
    () => 'done',
    (error: unknown) => error,
  );
  await engine.close();
  expect(await ended).toSatisfy((end) => end === 'done' || (end as { code: string }).code === 'INTERRUPTED');
  await expect(table.append(batch)).rejects.toMatchObject(stopped);
  await expect(table.relation()).rejects.toMatchObject(stopped);
  await table.drop();
});

it('a second time is the first', async () => {
  const engine = await openEngine();
  await Promise.all([engine.close(), engine.close()]);
  await engine.close();
});
