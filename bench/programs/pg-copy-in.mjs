// PLACE TABLE FILE: COPY TABLE FROM STDIN of a file as csv; for machines without psql.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from } from 'pg-copy-streams';

const [, , place, table, file] = process.argv;
const client = new pg.Client(JSON.parse(place));
await client.connect();
await pipeline(createReadStream(file), client.query(from(`COPY ${table} FROM STDIN (FORMAT csv)`)));
await client.end();
