import type { Route } from '../core/capabilities.js';
import type { HomeDefinition, Impossible } from '../core/home.js';
import type { FilesPlan, StoreDefinition } from '../core/store.js';
import { fail } from '../errors/index.js';
import type { Shape } from './shape/index.js';

/** The answer of ends of which one has nothing to do with files. */
export const noFiles: Impossible = {
  impossible: 'the home and the store are not both made of parquet files',
};

/** The answer where values do not settle as they are; null where they do. */
export function noCopy({ columns, added, values, limit, settled }: Shape): Impossible | null {
  if (settled !== null) return { impossible: 'columns are brought to those that the store has' };
  if (limit !== null) return { impossible: `no more than ${limit} row(s) are moved, the first ones` };
  if (values === null) return null;
  const cast = columns?.filter(({ as }) => as !== undefined).length ?? 0;
  const masked = columns?.filter(({ mask }) => mask !== undefined).length ?? 0;
  const parts = [
    cast > 0 ? `${cast} cast` : null,
    masked > 0 ? `${masked} masked` : null,
    added.length > 0 ? `${added.length} added` : null,
  ];
  return { impossible: `values are made anew: ${parts.filter((part) => part !== null).join(', ')}` };
}

interface RouteAnswer {
  readonly route: Route;
  readonly possible: boolean;
  readonly reason: string;
}

/**
 * The cheapest route that both ends allow, with the reason in a sentence. A route that was asked for and cannot be
 * taken is ROUTE_IMPOSSIBLE; it is never exchanged for another in silence.
 */
export function chooseRoute(
  name: string,
  home: HomeDefinition,
  store: StoreDefinition,
  copied: FilesPlan | Impossible,
  asked: Route | undefined,
): { route: Route; reason: string } {
  const answers = [splice(copied), engine(home, store, copied), batches(home, store)];
  const possible = answers.filter((answer) => answer.possible);
  if (asked !== undefined) {
    const answer = answers.find(({ route }) => route === asked);
    if (answer?.possible) {
      return { route: asked, reason: asked === 'splice' ? answer.reason : `${asked}: it was asked for` };
    }
    throw fail('ROUTE_IMPOSSIBLE', {
      name,
      route: asked,
      reason: answer?.reason ?? 'there is no such route',
      possible: possible.map(({ route }) => route),
    });
  }
  const [best] = possible;
  if (best !== undefined) return { route: best.route, reason: best.reason };
  throw fail('ROUTE_IMPOSSIBLE', {
    name,
    route: 'batches',
    reason: answers[2]?.reason ?? 'no route fits',
    possible: [],
  });
}

function splice(copied: FilesPlan | Impossible): RouteAnswer {
  const route = 'splice';
  return 'impossible' in copied
    ? { route, possible: false, reason: copied.impossible }
    : { route, possible: true, reason: copied.reason };
}

function engine(home: HomeDefinition, store: StoreDefinition, copied: FilesPlan | Impossible): RouteAnswer {
  const route = 'engine';
  if (!home.capabilities.gives.includes('relation')) {
    return { route, possible: false, reason: `the rows of a ${home.type} home come through JavaScript` };
  }
  if (!store.capabilities.takes.includes('relation')) {
    return { route, possible: false, reason: `a ${store.type} store takes its rows through JavaScript` };
  }
  const reason =
    'impossible' in copied ? copied.impossible : 'one statement reads the home and writes the store';
  return { route, possible: true, reason: `engine: ${reason}` };
}

function batches(home: HomeDefinition, store: StoreDefinition): RouteAnswer {
  const route = 'batches';
  const forms = ['relation', 'batches'] as const;
  if (!forms.some((form) => home.capabilities.gives.includes(form))) {
    return { route, possible: false, reason: `a ${home.type} home gives neither batches nor a relation` };
  }
  if (!forms.some((form) => store.capabilities.takes.includes(form))) {
    return { route, possible: false, reason: `a ${store.type} store takes neither batches nor a relation` };
  }
  const { possible, reason } = engine(home, store, noFiles);
  return {
    route,
    possible: true,
    reason: possible ? 'batches: rows can always go through JavaScript' : `batches: ${reason}`,
  };
}
