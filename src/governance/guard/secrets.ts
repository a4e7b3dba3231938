/** Credentials in text to be written or run. The reason names kind and line, never the value. */
import { lineMap, positionAt } from '../../kernel/text-position.js';
import { findSecrets } from '../../validate/find-secrets.js';
import type { Reason } from '../types.js';

/** @param existing text from before: its credentials are not this action's doing. */
export function secretReasons(text: string, where: string, existing = ''): readonly Reason[] {
  const found = findSecrets(text).filter(
    (secret) => existing === '' || !existing.includes(text.slice(secret.start, secret.end)),
  );
  if (found.length === 0) return [];
  const map = lineMap(text);
  return found.map((secret) => {
    const { line, column } = positionAt(map, secret.start);
    return {
      code: 'secret',
      message: `${where}, line ${line}, column ${column}: this looks like a credential (${secret.rule}); write where it is stored instead`,
    };
  });
}

const MASK = '[secret]';

export function withoutSecrets(text: string): string {
  let shown = text;
  for (const { start, end } of [...findSecrets(text)].sort((a, b) => b.start - a.start))
    shown = `${shown.slice(0, start)}${MASK}${shown.slice(end)}`;
  return shown;
}

/** Longer than any credential that `findSecrets` knows by its beginning. */
const LONGEST_SECRET = 10_000;

/** The beginning of a text: a credential across the cut would not be recognised after it. */
export function cutWithoutSecrets(text: string, most: number): string {
  return withoutSecrets(text.slice(0, most + LONGEST_SECRET)).slice(0, most);
}

/** A value in which every text is without credentials. */
export function withoutSecretsIn<T>(value: T): T {
  return masked(value) as T;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, masked(part)]));
}
