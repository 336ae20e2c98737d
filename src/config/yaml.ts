import { isAlias, isScalar, isSeq, LineCounter, type Pair, type ParsedNode, parseDocument } from 'yaml';
import { fail, type HyggeError, HyggeErrors, type Position } from '../errors/index.js';
import { type Entry, type ListNode, type MapNode, type Node, scalar } from './node.js';

/** Levels of nesting; far more than any configuration has. */
const maxDepth = 64;
/** Values that aliases may stand for in one file, all together: what keeps a few lines from becoming gigabytes. */
const maxAliased = 10_000;

/**
 * YAML text as a tree with positions. Anchors, aliases and `<<` are understood, within bounds.
 * @param file How errors name the file.
 * @throws HyggeErrors YAML_INVALID, KEY_TWICE, KEY_NOT_TEXT, each with line and column.
 */
export function parseYaml(text: string, file: string): Node {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const invalid = (reason: string, offset: number, hint?: string): HyggeError =>
    fail('YAML_INVALID', { reason, hint }, { at: at(offset) });

  const document = parse(text, lines, (reason) => invalid(reason, 0));
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) {
    const [reason, known] = explain(broken.code, broken.message);
    const hint = known ?? bareReference(text, broken.pos[0]);
    throw new HyggeErrors([invalid(reason, broken.pos[0], hint)]);
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    throw new HyggeErrors([invalid('the file is empty', 0, 'Give it its keys, or remove it.')]);
  }

  const problems: HyggeError[] = [];
  const open = new Set<ParsedNode>();
  const anchors = new Map<string, ParsedNode>();
  let aliased = 0;

  /** @param here The place of the key in front of it. @param alias Where the alias stands that it came by. */
  const walk = (
    node: ParsedNode | null,
    here: Position | null,
    depth: number,
    alias: number | null,
  ): Node => {
    if (node === null) return scalar(null, here);
    const offset = node.range[0];
    if (depth > maxDepth) throw invalid(`more than ${maxDepth} levels of nesting`, offset);
    if (alias !== null && ++aliased > maxAliased) {
      throw invalid(`its aliases stand for more than ${maxAliased} values`, alias, 'Write the values out.');
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw invalid(`there is no anchor "${node.source}"`, offset);
      if (open.has(target)) throw invalid(`the alias "${node.source}" contains itself`, offset);
      return walk(target, null, depth + 1, alias ?? offset);
    }
    if (node.anchor !== undefined && alias === null) anchors.set(node.anchor, node);
    if (isScalar(node)) return scalar(node.value, at(offset));
    open.add(node);
    const result = isSeq(node) ? listOf(node.items, offset, here) : mapOf(node.items, offset, here);
    open.delete(node);
    return result;

    function listOf(items: readonly unknown[], start: number, place: Position | null): ListNode {
      const nodes = items.map((item) => walk(item as ParsedNode, null, depth + 1, alias));
      return { kind: 'list', items: nodes, at: place ?? at(start) };
    }

    function mapOf(items: readonly unknown[], start: number, place: Position | null): MapNode {
      const own = new Map<string, Entry>();
      const merged = new Map<string, Entry>();
      for (const item of items) {
        const pair = item as Pair<ParsedNode, ParsedNode | null>;
        const keyAt = at(pair.key.range[0]);
        const key = isScalar(pair.key) ? pair.key.value : undefined;
        const value = walk(pair.value, keyAt, depth + 1, alias);
        if (typeof key !== 'string' || key === '__proto__') {
          const written = text.slice(pair.key.range[0], pair.key.range[1]).split('\n')[0] ?? '';
          problems.push(fail('KEY_NOT_TEXT', { key: written || 'without a name' }, { at: keyAt }));
        } else if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
          for (const [name, entry] of mergedEntries(value, pair.key.range[0]))
            if (!merged.has(name)) merged.set(name, entry);
        } else if (own.has(key)) {
          const line = own.get(key)?.keyAt?.line ?? null;
          problems.push(fail('KEY_TWICE', { key, line }, { at: keyAt }));
        } else own.set(key, { keyAt, value });
      }
      for (const [name, entry] of merged) if (!own.has(name)) own.set(name, entry);
      return { kind: 'map', entries: own, at: place ?? at(start) };
    }
  };

  const mergedEntries = (value: Node, offset: number): (readonly [string, Entry])[] => {
    const maps = value.kind === 'list' ? value.items : [value];
    return maps.flatMap((one) => {
      if (one.kind === 'map') return [...one.entries];
      throw invalid('"<<" takes a map, or a list of maps', offset);
    });
  };

  try {
    const node = walk(document.contents, null, 0, null);
    if (problems.length > 0) throw new HyggeErrors(problems);
    return node;
  } catch (error) {
    throw error instanceof HyggeErrors ? error : new HyggeErrors([...problems, error as HyggeError]);
  }
}

function parse(
  text: string,
  lineCounter: LineCounter,
  invalid: (reason: string) => HyggeError,
): ReturnType<typeof parseDocument<ParsedNode>> {
  // The library would take minutes to give up on these.
  if (/(?:[[{]\s*|[-?]\s+){500}/.test(text)) throw new HyggeErrors([invalid('it is nested too deeply')]);
  try {
    // Keys that are there twice are found above; the library's own check takes quadratic time.
    return parseDocument<ParsedNode>(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    if (error instanceof RangeError) throw new HyggeErrors([invalid('it is nested too deeply')]);
    throw error;
  }
}

/** A reference without quotes where braces mean a map. */
function bareReference(text: string, offset: number): string | undefined {
  if (text[offset - 1] !== '$') return undefined;
  const [reference] = /^\{[^{}\n]*\}/.exec(text.slice(offset)) ?? [];
  return reference === undefined ? undefined : `Within { } a reference needs quotes: "$${reference}".`;
}

function explain(code: string, message: string): readonly [reason: string, hint?: string] {
  if (message.startsWith('Maximum call stack')) return ['it is nested too deeply'];
  const reason = message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['a tab is used for indentation', 'Indent with spaces.'];
    case 'MULTIPLE_DOCS':
      return ['the file holds several documents, divided by ---', 'Give each a file of its own.'];
    case 'TAG_RESOLVE_FAILED':
      return [
        reason,
        'Configuration needs no tags (words that begin with !). Put text that begins with ! in quotes.',
      ];
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BAD_INDENT':
      return [
        reason,
        'Check the indentation of this line and the one above it; text with ": " in it needs quotes.',
      ];
    default:
      return [reason];
  }
}
