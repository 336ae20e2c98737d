import type { NameCase, NameRules } from '../../core/shaping.js';

/** The name of a column as `polish.columns` makes it. The rules are those of the earlier tool, to the letter. */
export function polishedName(name: string, rules: NameRules): string {
  let polished = name;
  if (rules.remove_special) polished = withoutSpecial(polished);
  if (rules.remove_spaces) polished = polished.replaceAll(' ', '');
  if (rules.case !== null) polished = cases[rules.case](polished);
  // A name of which nothing would be left stays.
  return polished === '' ? name : polished;
}

/** "Effective-Date (UTC)" becomes "Effective-Date UTC". Letters are those of ASCII. */
function withoutSpecial(name: string): string {
  const inner = [...name.matchAll(/\(([^)]+)\)/g)].flatMap(([, words = '']) => wordsIn(words));
  const rest = name.replace(/\s*\([^)]*\)|[^a-zA-Z0-9\s_-]/g, '').trim();
  return inner.length === 0 ? rest : `${rest} ${inner.join(' ')}`;
}

const cases: Record<NameCase, (name: string) => string> = {
  pascal: (name) => joined(name, (words) => words.map(capitalized).join('')),
  camel: (name) =>
    joined(name, ([first = '', ...rest]) => first.toLowerCase() + rest.map(capitalized).join('')),
  snake: (name) => joined(name, (words) => words.map((word) => word.toLowerCase()).join('_')),
};

function joined(name: string, join: (words: readonly string[]) => string): string {
  const words = wordsIn(
    name
      .replace(/[_-]/g, ' ')
      // employeeNumber: employee Number
      .replace(/(?<=[a-z])([A-Z])/g, ' $1')
      // XMLParser: XML Parser
      .replace(/(?<=[A-Z])([A-Z][a-z])/g, ' $1'),
  );
  return words.length === 0 ? name : join(words);
}

const wordsIn = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const capitalized = (word: string): string => {
  const [first = '', ...rest] = word;
  return first.toUpperCase() + rest.join('').toLowerCase();
};
