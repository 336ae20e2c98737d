import type { Field, LogicalType, Schema } from '../core/types.js';
import { fail } from '../errors/index.js';
import type { Footer } from './footer.js';
import { geoParquetColumns } from './geo.js';
import { leafType } from './leaf-type.js';
import type { SchemaElement } from './schema-tree.js';

/** What was worked out for a schema, which thousands of files may share; types where no file says of geometries. */
const schemas = new WeakMap<SchemaElement, Schema>();
const names = new WeakMap<SchemaElement, readonly string[]>();

/**
 * The columns of a file as the engine's reader sees them, without the engine. The n-th column is the n-th child
 * of `footer.schema`; its name differs where two names were equal but for their case: the second gets `_1`.
 * Errors: PARQUET_TYPE_UNSUPPORTED where the engine would refuse a column.
 */
export function logicalSchema(footer: Footer): Schema {
  const geometries = geoParquetColumns(footer.keyValues);
  const known = geometries.size === 0 ? schemas.get(footer.schema) : undefined;
  if (known !== undefined) return known;
  const mapper = new TypeMapper(footer, geometries);
  const own = columnNames(footer);
  const schema = footer.schema.children.map((column, i) => ({
    name: own[i] ?? '',
    type: mapper.typeOf(column, footer.schema),
    nullable: column.repetition === 'optional',
  }));
  if (geometries.size === 0) schemas.set(footer.schema, schema);
  return schema;
}

/**
 * The names of a file's columns as the engine and {@link logicalSchema} have them: the n-th belongs to the n-th
 * child of `footer.schema`. One without a name is called `C` and its place, from 0.
 */
export function columnNames({ schema }: Footer): readonly string[] {
  const known = names.get(schema);
  if (known !== undefined) return known;
  const own = distinctNames(schema.children).map((name, i) => (name === '' ? `C${i}` : name));
  names.set(schema, own);
  return own;
}

class TypeMapper {
  readonly #footer: Footer;
  readonly #geometries: ReadonlySet<string>;

  constructor(footer: Footer, geometries: ReadonlySet<string>) {
    this.#footer = footer;
    this.#geometries = geometries;
  }

  typeOf(element: SchemaElement, parent: SchemaElement): LogicalType {
    if (this.#isGeometry(element)) return { kind: 'geometry' };
    if (element.type === null) return this.#groupType(element, parent);
    const type = leafType(element, element.type);
    if ('unsupported' in type) throw this.#unsupported(element, type.unsupported);
    return element.repetition === 'repeated' ? { kind: 'list', element: type } : type;
  }

  #groupType(element: SchemaElement, parent: SchemaElement): LogicalType {
    const types = element.children.map((child) => this.typeOf(child, element));
    const repeated = element.repetition === 'repeated';
    const insideMap = parent.convertedType === 'MAP' && parent.children.length === 1;
    if (element.convertedType === 'MAP_KEY_VALUE' || insideMap) {
      const [key, value] = types;
      if (key === undefined || value === undefined || types.length > 2) {
        throw this.#unsupported(element, 'a MAP whose entries are not a key and a value');
      }
      if (!repeated) throw this.#unsupported(element, 'a MAP whose entries are not repeated');
      return { kind: 'map', key, value };
    }
    const wrapper = element.convertedType === 'LIST' || element.convertedType === 'MAP' || repeated;
    const [only] = types;
    if (types.length === 0 || only === undefined) throw this.#unsupported(element, 'a group without fields');
    const inner = types.length > 1 || !wrapper ? this.#structType(element, types) : only;
    return repeated ? { kind: 'list', element: inner } : inner;
  }

  #structType(element: SchemaElement, types: readonly LogicalType[]): LogicalType {
    if (element.annotation?.kind === 'variant') return { kind: 'variant' };
    const names = distinctNames(element.children);
    const fields: Field[] = types.map((type, i) => ({ name: names[i] ?? '', type }));
    return { kind: 'struct', fields };
  }

  /** Marked as such in the schema, or, at the top, named by GeoParquet's metadata. */
  #isGeometry(element: SchemaElement): boolean {
    if (element.type !== 'BYTE_ARRAY') return false;
    const kind = element.annotation?.kind;
    if (kind === 'geometry' || kind === 'geography') return true;
    return element.path.length === 1 && this.#geometries.has(element.name);
  }

  #unsupported(element: SchemaElement, type: string): Error {
    return fail('PARQUET_TYPE_UNSUPPORTED', {
      path: this.#footer.path,
      column: element.path.join('.'),
      type,
    });
  }
}

/** The names of siblings, made distinct in the engine's way: case ignored, `_1`, `_2`, … appended. */
function distinctNames(siblings: readonly SchemaElement[]): string[] {
  const seen = new Map<string, number>();
  return siblings.map((sibling) => {
    let { name } = sibling;
    for (;;) {
      const key = lowerCase(name);
      const times = seen.get(key);
      if (times === undefined) break;
      seen.set(key, times + 1);
      name = `${name}_${times + 1}`;
    }
    seen.set(lowerCase(name), 0);
    return name;
  });
}

/** The engine knows the case of ASCII letters only. */
const lowerCase = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
