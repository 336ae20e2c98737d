import type { Route } from '../core/capabilities.js';
import type { HomeDefinition } from '../core/home.js';
import type { StoreDefinition } from '../core/store.js';
import { fail } from '../errors/index.js';

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
  asked: Route | undefined,
): { route: Route; reason: string } {
  const answers = [splice(), engine(home, store), batches(home, store)];
  const possible = answers.filter((answer) => answer.possible);
  if (asked !== undefined) {
    const answer = answers.find(({ route }) => route === asked);
    if (answer?.possible) return { route: asked, reason: `${asked} was asked for` };
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

function splice(): RouteAnswer {
  return { route: 'splice', possible: false, reason: 'this version does not copy row groups yet' };
}

function engine(home: HomeDefinition, store: StoreDefinition): RouteAnswer {
  const route = 'engine';
  if (!home.capabilities.gives.includes('relation')) {
    return { route, possible: false, reason: `the rows of a ${home.type} home come through JavaScript` };
  }
  if (!store.capabilities.takes.includes('relation')) {
    return { route, possible: false, reason: `a ${store.type} store takes its rows through JavaScript` };
  }
  return {
    route,
    possible: true,
    reason: 'the engine can read the home and write the store in one statement',
  };
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
  const reason = engine(home, store).reason;
  return { route, possible: true, reason };
}
