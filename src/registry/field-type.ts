/** Parses the Type and Constraint columns of R2. */
import type { Constraint, FieldType } from './types.js';

/** The types that need nothing but the text, and how messages describe their values. */
export const PLAIN_TYPE_FORMS = {
  text: 'text',
  token: 'one word without blanks',
  int: 'a whole number',
  number: 'a number',
  bool: 'true or false',
  date: 'a date such as 2026-11-21',
  datetime: 'a time such as 2026-11-21T01:30:00Z',
  duration: 'a duration such as 30s, 1h30m or 3d',
  path: 'a path inside the workspace, with /, without ..',
  glob: 'a glob inside the workspace, with /, without ..',
  hash: '64 characters of 0-9 and a-f (SHA-256)',
  address: 'an address such as FILE#key.field or OBJECT[key].field',
} as const;
export type PlainType = keyof typeof PLAIN_TYPE_FORMS;

export const TYPE_FORMS = `${Object.keys(PLAIN_TYPE_FORMS).join(', ')}, enum(a, b), list(T), ref(OBJECT)`;

/** `undefined` if the text is not a type. */
export function parseFieldType(text: string): FieldType | undefined {
  const trimmed = text.trim();
  if (isPlainType(trimmed)) return { kind: trimmed };
  const call = /^(enum|list|ref)\((.*)\)$/s.exec(trimmed);
  const inner = call?.[2]?.trim();
  if (call === null || inner === undefined || inner === '') return undefined;
  if (call[1] === 'ref')
    return /^[A-Z][A-Z0-9-]*$/.test(inner) ? { kind: 'ref', object: inner } : undefined;
  if (call[1] === 'list') {
    const itemType = inner.startsWith('list') ? undefined : parseFieldType(inner);
    return itemType === undefined ? undefined : { kind: 'list', of: itemType };
  }
  const values = inner.split(',').map((value) => value.trim());
  return values.some((value) => value === '') || new Set(values).size !== values.length
    ? undefined
    : { kind: 'enum', values };
}

function isPlainType(text: string): text is PlainType {
  return Object.hasOwn(PLAIN_TYPE_FORMS, text);
}

/** A type in words, for messages. */
export function formatFieldType(type: FieldType): string {
  if (type.kind === 'enum') return `one of ${type.values.join(', ')}`;
  if (type.kind === 'list') return `a list of ${formatFieldType(type.of)}`;
  if (type.kind === 'ref') return `the key of a ${type.object}`;
  return type.kind;
}

/** The object of `ref(X)` and `list(ref(X))`. */
export function referredObject(type: FieldType): string | undefined {
  if (type.kind === 'list') return referredObject(type.of);
  return type.kind === 'ref' ? type.object : undefined;
}

export const CONSTRAINT_FORMS =
  '1..100, >= 0, <= 9, not empty, /regex/, unique, unique where status=active';

/** Parses items separated by `;`. `bad` is the first item that is not a constraint. */
export function parseConstraints(text: string): { constraints: Constraint[]; bad?: string } {
  const constraints: Constraint[] = [];
  for (const item of splitItems(text)) {
    const constraint = parseConstraint(item);
    if (constraint === undefined) return { constraints, bad: item };
    constraints.push(constraint);
  }
  return { constraints };
}

/** A `;` inside a regex does not separate: the regex ends at a `/` before `;` or the end. */
function splitItems(text: string): string[] {
  const items = text.match(/(?<=^\s*|;\s*)\/(?:\\.|[^\\])+?\/(?=\s*(?:;|$))|[^;]+/gsu) ?? [];
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

function parseConstraint(item: string): Constraint | undefined {
  if (item === 'not empty') return { kind: 'not-empty' };
  if (item === 'unique') return { kind: 'unique' };
  const where = /^unique where ([a-z][a-z0-9_.]*)\s*=\s*(\S+)$/.exec(item);
  if (where?.[1] !== undefined && where[2] !== undefined)
    return { kind: 'unique', where: { field: where[1], value: where[2] } };
  const between = /^(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)$/.exec(item);
  if (between !== null) {
    const [min, max] = [Number(between[1]), Number(between[2])];
    return min <= max ? { kind: 'range', min, max } : undefined;
  }
  const least = /^>=\s*(-?\d+(?:\.\d+)?)$/.exec(item);
  if (least !== null) return { kind: 'range', min: Number(least[1]) };
  const most = /^<=\s*(-?\d+(?:\.\d+)?)$/.exec(item);
  if (most !== null) return { kind: 'range', max: Number(most[1]) };
  if (!/^\/.+\/$/s.test(item)) return undefined;
  try {
    return { kind: 'pattern', pattern: new RegExp(item.slice(1, -1), 'u') };
  } catch {
    return undefined;
  }
}
