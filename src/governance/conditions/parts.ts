/** Conditions about the entries of pages: how many, complete, unique. */
import { plural } from '../../kernel/words.js';
import {
  countText,
  filesIn,
  inProject,
  inRange,
  noFiles,
  undecided,
  met,
  unmet,
} from './context.js';
import { progressTo } from './distance.js';
import { entriesUnder, fieldName, headingMeant, isEmptyValue } from './entries.js';
import type { ConditionContext, Outcome } from './context.js';
import type { EntriesUnder, Entry } from './entries.js';
import type { ConditionOf, Globs } from '../../project/condition-types.js';
import { parseFrontMatter } from './front-matter.js';

const LONGEST_HEADING = 80;

type Page = EntriesUnder & { readonly path: string };
type Pages =
  | { readonly kind: 'read'; readonly pages: readonly Page[] }
  | { readonly kind: 'unreadable'; readonly path: string };

function pagesOf(context: ConditionContext, globs: Globs, under: string): Pages {
  const pages: Page[] = [];
  for (const { path } of filesIn(context, globs)) {
    const doc = context.snapshot.doc(path);
    if (doc === undefined) return { kind: 'unreadable', path };
    pages.push({ path, ...entriesUnder(doc, under) });
  }
  return { kind: 'read', pages };
}

type Counted = { readonly path: string; readonly entry: Entry };

export function entries(condition: ConditionOf<'entries'>, context: ConditionContext): Outcome {
  const seen = new Set<string>();
  return counted(condition, context, {
    singular: 'entry',
    several: 'entries',
    keep: (entry) => isNew(seen, entry),
  });
}

/** The same entry, word for word, counts once. */
function isNew(seen: Set<string>, { name, fields }: Entry): boolean {
  const text = JSON.stringify([name, ...fields]);
  if (seen.has(text)) return false;
  seen.add(text);
  return true;
}

export function tableRows(
  condition: ConditionOf<'table_rows'>,
  context: ConditionContext,
): Outcome {
  const where = [...condition.where].map(([column, values]) => ({
    column: fieldName(column),
    values,
  }));
  const keep = ({ kind, fields }: Entry): boolean =>
    kind === 'row' &&
    where.every(({ column, values }) => values.includes(fields.get(column) ?? ''));
  const what =
    where.length === 0
      ? ''
      : ` with ${where.map(({ column, values }) => `${column} = ${values.join(' or ')}`).join(' and ')}`;
  return counted(condition, context, {
    singular: `row${what}`,
    several: `rows${what}`,
    keep,
    columns: where.map(({ column }) => column),
  });
}

type Counting = {
  readonly singular: string;
  readonly several: string;
  readonly keep: (entry: Entry) => boolean;
  readonly columns?: readonly string[];
};

function counted(
  condition: ConditionOf<'entries'> | ConditionOf<'table_rows'>,
  context: ConditionContext,
  counting: Counting,
): Outcome {
  const { under, eachHas, count } = condition;
  const expected = `${countText(count, counting.singular, counting.several)} under "${under}" in ${condition.in.join(', ')}${eachHas.length > 0 ? `, each with ${eachHas.join(', ')}` : ''}`;
  const read = pagesOf(context, condition.in, under);
  if (read.kind === 'unreadable')
    return undecided(expected, `${read.path} cannot be read as UTF-8 text`, read.path);
  const { pages } = read;
  const [first] = pages;
  const none = { progress: progressTo(count, 0) };
  if (first === undefined) return { ...unmet(expected, noFiles(condition.in)), ...none };
  if (pages.every((page) => page.headings === 0))
    return {
      ...unmet(expected, noHeading(context, pages, under), first.path),
      ...none,
    };
  const columns = new Set(pages.flatMap((page) => [...page.columns]));
  const missing = counting.columns?.find((column) => !columns.has(column));
  if (missing !== undefined)
    return undecided(expected, `no table under "${under}" has a column ${missing}`, first.path);
  const kept: Counted[] = pages.flatMap((page) =>
    page.entries.filter(counting.keep).map((entry) => ({ path: page.path, entry })),
  );
  const incomplete = kept.flatMap(({ path, entry }) => {
    const lacking = eachHas.filter((field) => isEmptyValue(entry.fields.get(fieldName(field))));
    return lacking.length === 0 ? [] : [{ path, entry, lacking }];
  });
  const [worst] = incomplete;
  const complete = kept.length - incomplete.length;
  const counted = progressTo(count, complete);
  const number = `${kept.length} ${kept.length === 1 ? counting.singular : counting.several}`;
  if (worst !== undefined) {
    const place = `${worst.path}:${worst.entry.line}`;
    const rest = incomplete.length > 1 ? ` (and ${incomplete.length - 1} more)` : '';
    const found = `${number}; "${worst.entry.name}" at ${inProject(context, place)} has no ${worst.lacking.join(', ')}${rest}`;
    // An entry that lacks a field is there, but is still to be done.
    const needed = complete < counted.needed ? Math.max(counted.needed, kept.length) : kept.length;
    return { ...unmet(expected, found, place), progress: { found: complete, needed } };
  }
  const [match] = kept;
  const where = match === undefined ? first.path : `${match.path}:${match.entry.line}`;
  const holds = inRange(count, kept.length);
  return { ...met(expected, number, where), holds, progress: counted };
}

/** An agent that wrote another heading is told which one it wrote. */
function noHeading({ snapshot }: ConditionContext, pages: readonly Page[], under: string): string {
  const [meant] = pages.flatMap(({ path }) => {
    const doc = snapshot.doc(path);
    return (doc && headingMeant(doc, under)) ?? [];
  });
  const instead = meant === undefined ? '' : `, but "${meant.slice(0, LONGEST_HEADING)}"`;
  return `no heading "${under}" in ${plural(pages.length, 'file')}${instead}`;
}

/** Entries or, without `under`, the front matter of files. A missing value is a violation too. */
export function unique(condition: ConditionOf<'unique'>, context: ConditionContext): Outcome {
  const { under, field } = condition;
  const expected = `every ${field} different${under === undefined ? '' : ` under "${under}"`} in ${condition.in.join(', ')}`;
  const values =
    under === undefined
      ? frontMatterValues(condition, context)
      : entryValues({ ...condition, under }, context);
  if (values.kind === 'unreadable')
    return undecided(
      expected,
      `${values.path} cannot be read${values.why === undefined ? ' as UTF-8 text' : `: ${values.why}`}`,
      values.path,
    );
  if (values.found.length === 0)
    return unmet(expected, `no ${field} found in ${condition.in.join(', ')}`);
  const seen = new Map<string, string>();
  for (const { value, where } of values.found) {
    if (isEmptyValue(value))
      return unmet(expected, `no ${field} at ${inProject(context, where)}`, where);
    const earlier = seen.get(value);
    if (earlier !== undefined)
      return unmet(
        expected,
        `${field} "${value}" is at ${inProject(context, earlier)} and at ${inProject(context, where)}`,
        where,
      );
    seen.set(value, where);
  }
  return met(
    expected,
    `${plural(seen.size, 'value')}, all different`,
    values.found[0]?.where ?? '',
  );
}

type Values =
  | {
      readonly kind: 'values';
      readonly found: readonly { readonly value: string; readonly where: string }[];
    }
  | { readonly kind: 'unreadable'; readonly path: string; readonly why?: string };

function entryValues(
  condition: { readonly in: Globs; readonly under: string; readonly field: string },
  context: ConditionContext,
): Values {
  const read = pagesOf(context, condition.in, condition.under);
  if (read.kind === 'unreadable') return read;
  const name = fieldName(condition.field);
  return {
    kind: 'values',
    found: read.pages.flatMap((page) =>
      page.entries.map((entry) => ({
        value: entry.fields.get(name) ?? '',
        where: `${page.path}:${entry.line}`,
      })),
    ),
  };
}

function frontMatterValues(condition: ConditionOf<'unique'>, context: ConditionContext): Values {
  const found: { value: string; where: string }[] = [];
  for (const { path } of filesIn(context, condition.in)) {
    const read = parseFrontMatter(context.snapshot, path);
    if (read.kind === 'unreadable') return { kind: 'unreadable', path, why: read.why };
    found.push({
      value: read.value(condition.field)?.text ?? '',
      where: `${path}:${read.value(condition.field)?.line ?? 1}`,
    });
  }
  return { kind: 'values', found };
}
