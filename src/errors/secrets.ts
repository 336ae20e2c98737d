/** The password in an address, such as postgresql://user:password@host; also where a path was made of it. */
const inAddress = /(:\/{1,2}[^\s:@/'"]*:)[^\s'"]*(?=@)/g;

/** A text without the passwords of addresses. */
export const withoutPasswords = (text: string): string => text.replace(inAddress, '$1…');

/** A key that probably has a secret, also where it is misspelt. */
const secretKey = /((?:^|[\s,{])["']?(?:[\w-]*(?:pas+[sw]|pwd|secret|token)[\w-]*|key)["']?\s*:\s*)(?=\S)/gi;
/** What begins behind the key: in quotes, to the end of the line, or, inside braces, to the next key. */
const values = {
  quoted: /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)/,
  block: /^.*?(?=\s+#|\s*$)/,
  flow: /^[^,[\]{}]*/,
};
const isReference = (text: string): boolean => /^["']?\$\{\w+\}["']?\s*$/.test(text);

/** A line of YAML with a star for each character of what is probably a secret. References to the environment stay. */
export function withoutSecrets(line: string): string {
  let shown = line;
  for (const { 0: match, index } of line.matchAll(secretKey)) {
    const from = index + match.length;
    const rest = line.slice(from);
    const isFlow = line.slice(0, index + 1).includes('{');
    const pattern = /^["']/.test(rest) ? values.quoted : isFlow ? values.flow : values.block;
    const value = pattern.exec(rest)?.[0] ?? '';
    // A map is looked at key by key.
    if (isReference(value) || value.startsWith('{')) continue;
    shown = shown.slice(0, from) + '*'.repeat(value.length) + shown.slice(from + value.length);
  }
  return shown.replace(inAddress, (all, before: string) => before + '*'.repeat(all.length - before.length));
}
