/** Parses the values, targets and preconditions of R5. Nothing is evaluated as code. */
import { parseDuration } from '../kernel/clock.js';
import type { Range } from '../kernel/diagnostic.js';
import type { BundleTarget, Precondition, ValueExpression } from './types.js';

export const VALUE_FORMS = 'a literal, {argument}, {now}, {today}, {now + 3d}, {old.field} or null';

export function parseValue(text: string): ValueExpression | undefined {
  const trimmed = text.trim();
  if (trimmed === 'null' || trimmed === '') return { kind: 'null' };
  // Fullwidth braces are a mistake of the keyboard, not a text that somebody wants to write.
  if (/[｛｝]/.test(trimmed)) return undefined;
  if (!trimmed.includes('{') && !trimmed.includes('}')) return { kind: 'literal', text: trimmed };
  const inner = /^\{([^{}]+)\}$/.exec(trimmed)?.[1]?.trim();
  if (inner === undefined) return undefined;
  const time = /^(now|today)(?:\s*\+\s*(\S+))?$/.exec(inner);
  if (time !== null) {
    const plus = time[2] === undefined ? 0 : parseDuration(time[2]);
    return plus === undefined ? undefined : { kind: time[1] === 'now' ? 'now' : 'today', plus };
  }
  const old = /^old\.([a-z][a-z0-9_.]*)$/.exec(inner)?.[1];
  if (old !== undefined) return { kind: 'old', field: old };
  return /^[a-z][a-z0-9_]*$/.test(inner) ? { kind: 'argument', name: inner } : undefined;
}

export function parseTarget(text: string): BundleTarget | undefined {
  const found = /^([A-Z][A-Z0-9-]*)(?:\[(.+)\])?$/.exec(text.trim());
  const object = found?.[1];
  if (object === undefined) return undefined;
  if (found?.[2] === undefined) return { object, key: undefined };
  const key = parseValue(found[2]);
  return key === undefined || key.kind === 'null' ? undefined : { object, key };
}

export const PRECONDITION_FORMS =
  'OBJECT[{argument}].field is X, is not X, in (A, B), is empty, is not empty; or {argument} with the same';

export function parsePrecondition(text: string, range: Range): Precondition | undefined {
  const found =
    /^(?:\{([a-z][a-z0-9_]*)\}|([A-Z][A-Z0-9-]*(?:\[[^\]]+\])?)\.([a-z][a-z0-9_.]*))\s+(.+)$/.exec(
      text.trim(),
    );
  if (found === null) return undefined;
  const [, argument, object, field, rest = ''] = found;
  const subject =
    argument === undefined
      ? fieldSubject(object, field)
      : ({ kind: 'argument', name: argument } as const);
  const test = parseTest(rest);
  return subject === undefined || test === undefined
    ? undefined
    : { subject, test, text: text.trim(), range };
}

function fieldSubject(object = '', field = ''): Precondition['subject'] | undefined {
  const target = parseTarget(object);
  return target === undefined ? undefined : { kind: 'field', target, field };
}

function parseTest(text: string): Precondition['test'] | undefined {
  if (text === 'is empty') return { kind: 'empty' };
  if (text === 'is not empty') return { kind: 'not-empty' };
  const set = /^in \(([^)]+)\)$/.exec(text)?.[1];
  if (set !== undefined) return { kind: 'in', values: set.split(',').map((value) => value.trim()) };
  const not = /^is not (\S+)$/.exec(text)?.[1];
  if (not !== undefined) return { kind: 'is-not', values: [not] };
  const is = /^is (\S+)$/.exec(text)?.[1];
  return is === undefined ? undefined : { kind: 'is', values: [is] };
}
