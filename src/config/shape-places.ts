import type { PlacesByName, ShapePlaces } from '../core/shaping.js';
import type { Position } from '../errors/index.js';
import { columnsOf } from './columns.js';
import { child, type MapNode, type Node, textOf } from './node.js';

/** Where the parts of a flow that shape its rows are written. `home`, `store`: the keys of its ends. */
export function shapePlaces(flow: MapNode, home: MapNode, store: MapNode): ShapePlaces {
  const polish = child(store, 'polish');
  const named = (key: string): PlacesByName => namedPlaces(child(polish, key));
  return {
    declared: keyPlaces(child(home, 'columns')),
    columns: columnPlaces(child(flow, 'columns')),
    mask: keyPlaces(child(child(flow, 'mask'), 'columns')),
    hash_ids: named('hash_ids'),
    constants: named('constants'),
    timestamps: named('timestamps'),
    where: flow.entries.get('where')?.keyAt ?? null,
  };
}

function columnPlaces(node: Node | undefined): PlacesByName {
  const written: (Position | null)[] =
    node?.kind === 'list'
      ? node.items.map(({ at }) => at)
      : node?.kind === 'map'
        ? [...node.entries.values()].map(({ keyAt, value }) => keyAt ?? value.at)
        : [];
  return new Map(columnsOf(node)?.map(({ from }, i) => [from, written[i] ?? null]) ?? []);
}

function keyPlaces(node: Node | undefined): PlacesByName {
  const entries = node?.kind === 'map' ? [...node.entries] : [];
  return new Map(entries.map(([key, { keyAt, value }]) => [key, keyAt ?? value.at]));
}

/** Of maps in a list, by their names. */
function namedPlaces(node: Node | undefined): PlacesByName {
  const items = node?.kind === 'list' ? node.items : [];
  return new Map(items.map((item) => [textOf(child(item, 'name')) ?? '', item.at]));
}
