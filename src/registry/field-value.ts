/** What each type of R2 accepts, and how a message says what was expected. */
import { parseDuration } from '../kernel/clock.js';
import { formatFieldType, PLAIN_TYPE_FORMS, type PlainType } from './field-type.js';
import type { FieldType } from './types.js';

/**
 * What was expected, if `text` is not a value of `type`. Callers decide whether an empty text is
 * allowed. @param data the structure behind the text, such as a YAML list.
 */
export function fieldProblem(type: FieldType, text: string, data?: unknown): string | undefined {
  if (type.kind === 'list') return listProblem(type, text, data);
  if (data !== undefined && typeof data === 'object' && data !== null && type.kind !== 'text')
    return `${formatFieldType(type)}, not a list or a map`;
  if (type.kind === 'ref') return undefined;
  if (type.kind === 'enum') return type.values.includes(text) ? undefined : formatFieldType(type);
  return matchesPlainType(type.kind, text) ? undefined : PLAIN_TYPE_FORMS[type.kind];
}

function listProblem(
  type: Extract<FieldType, { kind: 'list' }>,
  text: string,
  data: unknown,
): string | undefined {
  const isText = data === undefined || typeof data === 'string';
  const items: unknown = isText ? text.split(',').map((item) => item.trim()) : data;
  if (!Array.isArray(items)) return formatFieldType(type);
  if (type.of.kind === 'text') return undefined;
  const bad = items.find(
    (item) => typeof item === 'object' || fieldProblem(type.of, String(item)) !== undefined,
  );
  return bad === undefined
    ? undefined
    : `${formatFieldType(type)}; ${JSON.stringify(bad)} is not one`;
}

export function matchesPlainType(type: PlainType, text: string): boolean {
  switch (type) {
    case 'text':
      return true;
    case 'token':
      return /^\S+$/u.test(text);
    case 'int':
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text));
    case 'number':
      return (
        /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))
      );
    case 'bool':
      return text === 'true' || text === 'false';
    case 'date':
      return isDate(text);
    case 'datetime':
      return isDatetime(text);
    case 'duration':
      return parseDuration(text) !== undefined;
    case 'path':
    case 'glob':
      return isInside(text);
    case 'hash':
      return /^[0-9a-f]{64}$/.test(text);
    case 'address':
      return (
        /^[^#\s][^#]*#\S.*$/.test(text) ||
        /^[A-Z][A-Z0-9-]*\[[^\]]+\]\.[A-Za-z_][\w.-]*$/.test(text)
      );
  }
}

/** Whether the calendar has this day. */
function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1000;
}

/** The zone is required: without it, the text means different times on different machines. */
function isDatetime(text: string): boolean {
  const match =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-](\d{2}):(\d{2}))$/.exec(
      text,
    );
  if (match === null) return false;
  const [, date = '', ...parts] = match;
  const limits = [23, 59, 59, 14, 59];
  return isDate(date) && limits.every((limit, i) => Number(parts[i] ?? 0) <= limit);
}

function isInside(text: string): boolean {
  return (
    text !== '' &&
    text.trim() === text &&
    !/^[/~]|\\|[\0-\x1f\x7f]|^[A-Za-z]:/.test(text) &&
    !text.split('/').includes('..')
  );
}
