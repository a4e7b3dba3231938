/** Parses a query: words, phrases in quotes, and filters such as `status:active`. */
import { NocturneError } from '../../../kernel/error.js';

export const FILTERS = ['path', 'object', 'status', 'since', 'heading'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, readonly string[]>>>;

/** `text`: the query without filters and quotes, for a model. */
export type Query = {
  readonly text: string;
  readonly words: readonly string[];
  readonly phrases: readonly string[];
  readonly filters: Filters;
};

const PART = /(?:(path|object|status|since|heading):)?(?:"([^"]*)"?|([^\s"]+))/giu;
const LONGEST = 4000;

/** @throws NocturneError `BAD_VALUE` for a query without words, or an invalid day. */
export function parseQuery(question: string): Query {
  const words: string[] = [];
  const phrases: string[] = [];
  const terms: string[] = [];
  const filters: Partial<Record<FilterName, string[]>> = {};
  for (const [, name, quoted, plain] of question.slice(0, LONGEST).matchAll(PART)) {
    const value = (quoted ?? plain ?? '').trim();
    if (value === '') continue;
    if (name !== undefined) (filters[name.toLowerCase() as FilterName] ??= []).push(value);
    else {
      terms.push(value);
      if (quoted === undefined) words.push(value);
      else phrases.push(value);
    }
  }
  for (const day of filters.since ?? [])
    if (Number.isNaN(Date.parse(day)) || !/^\d{4}(?:-\d{2}){0,2}$/.test(day))
      throw new NocturneError(
        'BAD_VALUE',
        `since: has "${day}", expected a day such as 2026-05-31`,
        { hint: 'since:2026-05-31, since:2026-05 or since:2026' },
      );
  if (!/[\p{L}\p{N}]/u.test(terms.join(' ')))
    throw new NocturneError('BAD_VALUE', 'the query has no words', {
      hint: 'nocturne knowledge search "how are licences checked" path:docs/**',
    });
  return { text: terms.join(' '), words, phrases, filters };
}
