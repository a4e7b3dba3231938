/** Looks at parsed JSON of unknown shape. */
import { parsedJson } from '../../../../kernel/parsed-json.js';
import type { Json } from './protocol.js';

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `undefined`: the text is not a JSON object. */
export function parsedObject(text: string): Json | undefined {
  const value = parsedJson(text);
  return isObject(value) ? value : undefined;
}
