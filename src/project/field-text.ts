/** Fields of records as the decisions read them: a missing field is an empty one. */
import type { Rec } from '../markdown/types.js';

export function fieldText(record: Rec | undefined, name: string): string {
  return record?.fields.get(name)?.value.trim() ?? '';
}

/** A YAML list, or names separated by commas. */
export function fieldList(record: Rec | undefined, name: string): readonly string[] {
  const cell = record?.fields.get(name);
  if (cell === undefined) return [];
  const items: readonly unknown[] = Array.isArray(cell.data) ? cell.data : cell.value.split(',');
  return items
    .map((item) =>
      typeof item === 'object'
        ? ''
        : String(item)
            .trim()
            .replace(/^`(.*)`$/, '$1'),
    )
    .filter((item) => item !== '' && item !== '-' && item !== '—');
}

/** `undefined` when it is not a whole number. */
export function fieldInt(record: Rec | undefined, name: string): number | undefined {
  const text = fieldText(record, name);
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** Milliseconds of a time with its zone; `undefined` for anything else, a bare date included. */
export function fieldTime(record: Rec | undefined, name: string): number | undefined {
  return instant(fieldText(record, name));
}

export function instant(text: string): number | undefined {
  const time = INSTANT.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
