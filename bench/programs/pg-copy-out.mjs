// PLACE SQL: COPY (SQL) TO STDOUT of a server, into nowhere; for machines without psql.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to } from 'pg-copy-streams';

const [, , place, sql] = process.argv;
const client = new pg.Client(JSON.parse(place));
await client.connect();
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
await pipeline(client.query(to(`COPY (${sql}) TO STDOUT`)), nowhere);
await client.end();
