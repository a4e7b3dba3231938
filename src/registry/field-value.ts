/** Whether a text is a value of an R2 type; the only place that says what each type accepts. */
import { parseDuration } from '../kernel/clock.js';
import { formatFieldType } from './field-type.js';
import type { FieldType } from './types.js';

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const DATETIME = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/**
 * What was expected, when `text` is not a value of `type`; `undefined` when it is. The empty text is no value: callers decide whether one is required.
 * @param data the structure behind the text (YAML lists), when there is one.
 */
export function fieldProblem(type: FieldType, text: string, data?: unknown): string | undefined {
  if (type.kind === 'list') return listProblem(type, text, data);
  if (data !== undefined && typeof data === 'object' && data !== null && type.kind !== 'text') return `${formatFieldType(type)}, not a list or a map`;
  return accepts(type, text) ? undefined : expected(type);
}

function listProblem(type: Extract<FieldType, { kind: 'list' }>, text: string, data: unknown): string | undefined {
  const items = Array.isArray(data) ? data : data === undefined || typeof data === 'string' ? text.split(',').map((item) => item.trim()) : undefined;
  if (items === undefined) return formatFieldType(type);
  if (type.of.kind === 'text') return undefined;
  const bad = items.find((item) => typeof item === 'object' || fieldProblem(type.of, String(item)) !== undefined);
  return bad === undefined ? undefined : `${formatFieldType(type)}; ${JSON.stringify(bad)} is not one`;
}

function accepts(type: FieldType, text: string): boolean {
  switch (type.kind) {
    case 'text':
    case 'ref':
    case 'list':
      return true;
    case 'token':
      return /^[\p{L}\p{N}_.:@/+-]+$/u.test(text);
    case 'int':
      return /^-?\d{1,15}$/.test(text);
    case 'number':
      return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);
    case 'bool':
      return /^(?:true|false|yes|no)$/.test(text);
    case 'date':
      return DATE.test(text) && isDay(text);
    case 'datetime':
      return DATETIME.test(text) && isDay(text.slice(0, 10));
    case 'duration':
      return parseDuration(text) !== undefined;
    case 'path':
      return text !== '' && !/[\0\n\\]/.test(text) && !text.startsWith('/') && !text.split('/').includes('..');
    case 'glob':
      return text !== '' && !/[\0\n]/.test(text) && !text.startsWith('/') && !text.split('/').includes('..');
    case 'hash':
      return /^[0-9a-f]{64}$/.test(text);
    case 'address':
      return /^[^#\s][^#\n]*#[^#\n]+$/.test(text) || (text !== '' && !text.includes('#') && !text.includes('\n'));
    case 'enum':
      return type.values.includes(text);
  }
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function expected(type: FieldType): string {
  const forms: Partial<Record<FieldType['kind'], string>> = {
    token: 'one word of letters, digits and _ . : @ / + -',
    int: 'a whole number',
    number: 'a number',
    bool: 'true or false',
    date: 'a date YYYY-MM-DD',
    datetime: 'a time YYYY-MM-DDTHH:MM:SSZ with its zone',
    duration: 'a duration such as 30s, 10m or 2h',
    path: 'a path inside the workspace',
    glob: 'a glob inside the workspace',
    hash: '64 hex characters',
    address: 'an address FILE#field or FILE#key.field',
  };
  return forms[type.kind] ?? formatFieldType(type);
}
