/**
 * What a question asks for: words, phrases in quotes, and filters such as `path:docs/**
 * status:active`.
 */
import { NocturneError } from '../../../kernel/error.js';

export const FILTERS = ['path', 'object', 'status', 'since', 'heading'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, readonly string[]>>>;

/** `text`: the question without its filters, quotes left out; what a model is asked. */
export type Query = {
  readonly text: string;
  readonly words: readonly string[];
  readonly phrases: readonly string[];
  readonly filters: Filters;
};

const PART = /(?:(path|object|status|since|heading):)?(?:"([^"]*)"?|([^\s"]+))/giu;
const LONGEST = 4000;

/**
 * @throws NocturneError `BAD_VALUE` for a question without any word, and for a day that is none.
 */
export function parseQuery(question: string): Query {
  const words: string[] = [];
  const phrases: string[] = [];
  const warnings: string[] = [];
  const filters: Partial<Record<FilterName, string[]>> = {};
  for (const [, name, quoted, plain] of question.slice(0, LONGEST).matchAll(PART)) {
    const value = (quoted ?? plain ?? '').trim();
    if (value === '') continue;
    if (name !== undefined) (filters[name.toLowerCase() as FilterName] ??= []).push(value);
    else {
      warnings.push(value);
      if (quoted === undefined) words.push(value);
      else phrases.push(value);
    }
  }
  for (const day of filters.since ?? [])
    if (Number.isNaN(Date.parse(day)) || !/^\d{4}(?:-\d{2}){0,2}$/.test(day))
      throw new NocturneError(
        'BAD_VALUE',
        `since: is followed by "${day}"; a day such as 2026-05-31 was expected`,
        { hint: 'since:2026-05-31, since:2026-05 or since:2026' },
      );
  if (!/[\p{L}\p{N}]/u.test(warnings.join(' ')))
    throw new NocturneError('BAD_VALUE', 'there is no word to search for', {
      hint: 'nocturne knowledge search "how are licences checked" path:docs/**',
    });
  return { text: warnings.join(' '), words, phrases, filters };
}
