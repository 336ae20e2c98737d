// A home of one's own: anything that can yield plain objects. Types are declared here; left out, they are
// inferred from the rows.
import { fileURLToPath } from 'node:url';
import { defineHome, Flow, Home, z } from 'hygge';

const planets = ['Mercury', 'Venus', 'Earth', 'Mars', 'Jupiter', 'Saturn', 'Uranus', 'Neptune'];

const planetHome = defineHome({
  type: 'planets',
  summary: 'The planets of the sun',
  config: z.strictObject({ first: z.int().min(1).default(1).describe('The planet to begin with') }),
  capabilities: { gives: ['batches'], ordered: true },
  open: async ({ first }) => ({
    schema: async () => [
      { name: 'position', type: { kind: 'integer' }, nullable: false },
      { name: 'name', type: { kind: 'varchar' }, nullable: false },
    ],
    estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
    async *read() {
      yield planets.slice(first - 1).map((name, i) => ({ position: first + i, name }));
    },
    close: async () => {},
  }),
});

const result = await new Flow({
  name: 'planets',
  home: Home.of(planetHome, { first: 3 }),
  store: fileURLToPath(new URL('../data/store/planets', import.meta.url)),
}).start();
console.log(`${result.rows} planets settled in ${result.files.join(', ')}`);
