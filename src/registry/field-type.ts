/** Parses the Type and Constraint columns of R2. */
import { type Constraint, type FieldType, PLAIN_TYPES } from './types.js';

export const TYPE_FORMS = `${PLAIN_TYPES.join(', ')}, enum(a, b), list(T), ref(OBJECT)`;

/** `undefined` if the text is not a type. */
export function parseFieldType(text: string): FieldType | undefined {
  const trimmed = text.trim();
  for (const kind of PLAIN_TYPES) if (kind === trimmed) return { kind };
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
