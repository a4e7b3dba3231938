/** Imports NightClaw's lessons that have a date or are below one, in any form of its pages. */
import { NocturneError } from '../../../src/kernel/error.js';
import { appendRecord } from '../../../src/markdown/edit-records.js';
import type { ObjectSpec } from '../../../src/registry/types.js';
import { withoutFences } from './sections.js';
import { oneLine, wordOf } from './plain-values.js';

export type CarriedLessons = {
  readonly text: string;
  readonly carried: number;
  readonly left: readonly string[];
};
type Lesson = { readonly date: string; readonly slug: string; readonly observation: string };

const DATE = /\d{4}-\d{2}-\d{2}/;
const SLUG = /^[a-z0-9][a-z0-9._-]*$/i;

export function carryLessons(
  page: string,
  target: { readonly shipped: string; readonly spec: ObjectSpec },
): CarriedLessons {
  let text = target.shipped;
  const left: string[] = [];
  const numbers = new Map<string, number>();
  let carried = 0;
  for (const lesson of readLessons(page)) {
    const number = (numbers.get(lesson.date) ?? 0) + 1;
    const id = `L-${lesson.date.replaceAll('-', '')}-${String(number).padStart(3, '0')}`;
    const evidence = `Imported from NightClaw${lesson.slug === '' ? '' : `, project ${lesson.slug}`}.`;
    try {
      text = appendRecord(text, target.spec, {
        id,
        date: lesson.date,
        kind: 'carried-over',
        observation: lesson.observation,
        evidence,
      });
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
      left.push(`a lesson of ${lesson.date}: ${error.message}`);
      continue;
    }
    numbers.set(lesson.date, number);
    carried++;
  }
  return { text, carried, left };
}

/**
 * A row or a line with a date of its own, or a list item or paragraph below a heading that has one.
 */
export function readLessons(page: string): readonly Lesson[] {
  const lessons: { date: string; slug: string; observation: string }[] = [];
  let [date, slug] = ['', ''];
  let open = false;
  for (const line of withoutFences(page).split(/\r?\n/)) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    const parts = partsOf(heading?.[1] ?? line);
    if (heading !== null) {
      open = false;
      [date, slug] = parts.date === '' ? ['', ''] : [parts.date, parts.slug];
      if (parts.date !== '' && parts.rest !== '')
        open = add(lessons, { date, slug, observation: parts.rest });
    } else if (line.trim() === '' || /^\s*(?:---+|>.*|\|[\s|:-]+\|?)\s*$/.test(line)) open = false;
    else if (parts.date !== '' && parts.rest !== '')
      open = add(lessons, { date: parts.date, slug: parts.slug || slug, observation: parts.rest });
    else if (date !== '' && (parts.item || !open))
      open = add(lessons, { date, slug, observation: oneLine(line.replace(/^\s*[-*+]\s+/, '')) });
    else if (open) extend(lessons, line);
  }
  return lessons.filter((lesson) => isDay(lesson.date) && wordOf(lesson.observation) !== '');
}

/** `2026-05-01 | slug | text`, `- **2026-05-01** (slug): text`, `| 2026-05-01 | slug | text |`. */
function partsOf(line: string): {
  readonly date: string;
  readonly slug: string;
  readonly rest: string;
  readonly item: boolean;
} {
  const item = /^\s*[-*+]\s/.test(line);
  const bare = line.replace(/^\s*(?:[-*+]\s+)?\|?\s*/, '').replace(/\|\s*$/, '');
  const match = new RegExp(`^[*_[(]*(${DATE.source})[*_\\])]*[\\s|:—–-]*(.*)$`).exec(bare);
  if (match === null) return { date: '', slug: '', rest: '', item };
  const [, date = '', after = ''] = match;
  const cells = after
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');
  const [first = '', ...others] = cells;
  if (others.length > 0 && SLUG.test(first))
    return { date, slug: first, rest: others.join('; '), item };
  const named = /^[[(]([a-z0-9._-]+)[\])]\s*[:—–-]*\s*(.*)$/i.exec(after);
  if (named !== null) return { date, slug: named[1] ?? '', rest: oneLine(named[2] ?? ''), item };
  return others.length === 0 && SLUG.test(first)
    ? { date, slug: first, rest: '', item }
    : { date, slug: '', rest: oneLine(cells.join('; ')), item };
}

function add(lessons: Lesson[], lesson: Lesson): boolean {
  lessons.push(lesson);
  return true;
}

function extend(lessons: { observation: string }[], line: string): void {
  const last = lessons.at(-1);
  if (last !== undefined) last.observation = oneLine(`${last.observation} ${line}`);
}

function isDay(date: string): boolean {
  const time = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date);
}
