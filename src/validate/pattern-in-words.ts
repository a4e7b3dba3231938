/** Says for people what a pattern of R2 accepts. */
import { joinedByAnd } from '../kernel/words.js';

const RANGES: Readonly<Record<string, string>> = {
  'A-Z': 'capital letters',
  'a-z': 'small letters',
  'A-Za-z': 'letters',
  '0-9': 'digits',
};

/** An example of what the pattern accepts, or what it is made of; else the pattern. */
export function patternInWords(pattern: RegExp): string {
  const { source } = pattern;
  const [, , characters] = /^\^\[([^\]]+)\]\[([^\]]+)\]\*\$$/.exec(source) ?? [];
  if (characters !== undefined) return `a text of ${charactersInWords(characters)}`;
  const [, letters, count] = /^\^\[([^\]]+)\]\{(\d+)\}\$$/.exec(source) ?? [];
  if (letters !== undefined) return `${count} ${charactersInWords(letters)}`;
  const example = source
    .replace(/^\^|\$$/g, '')
    .replace(/\\d\{(\d+)(?:,\d*)?\}/g, (_all, count: string) => digits(Number(count)))
    .replace(/(\w)\?/g, '$1')
    .replace(/\\([^\w])/g, '$1')
    .replace(/\(\?:([^|()]+)\|[^()]*\)/g, '$1')
    .replace(/\\S$/, 'x');
  if (!pattern.test(example)) return `a text that matches /${source}/`;
  if (!source.endsWith('$')) return `a text that begins with ${example}`;
  return source === `^${example}$` ? example : `a text such as ${example}`;
}

/** Eight digits are a date everywhere in the registry. */
function digits(count: number): string {
  return count === 8 ? '20261121' : '1'.padStart(count, '0');
}

function charactersInWords(set: string): string {
  const parts = set.match(/A-Za-z|.-.|\\?./g) ?? [];
  return joinedByAnd(parts.map((part) => RANGES[part] ?? part.replace(/^\\/, '')));
}
