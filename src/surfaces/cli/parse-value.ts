/** Turns typed text into the form that the field's type needs. R2 later checks if it is valid. */
import { parseDocument } from 'yaml';
import { NocturneError } from '../../kernel/error.js';
import { fieldProblem } from '../../registry/field-value.js';
import type { FieldType } from '../../registry/types.js';
import type { Value } from '../../markdown/types.js';

/**
 * An empty text, `null` and `-` are the empty value. A list is `a, b` or YAML in brackets.
 * @param options.structured whether the field can contain a YAML list or map.
 */
export function parseValue(
  type: FieldType | undefined,
  text: string,
  options: { readonly structured: boolean },
): Value {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'null' || trimmed === '-') return null;
  if (type?.kind === 'list') return listOf(type.of, trimmed, options.structured);
  if (
    (type?.kind === 'int' || type?.kind === 'number') &&
    fieldProblem(type, trimmed) === undefined
  )
    return Number(trimmed);
  if (type?.kind === 'bool' && (trimmed === 'true' || trimmed === 'false'))
    return trimmed === 'true';
  return text;
}

function listOf(type: FieldType, text: string, structured: boolean): Value {
  if (text.startsWith('[') || text.startsWith('- ') || (structured && text.startsWith('{'))) {
    const value = parseYaml(text);
    return Array.isArray(value) ? value : [value];
  }
  const items = text.split(',').map((item) => item.trim());
  return structured
    ? items.map((item) =>
        type.kind === 'int' || type.kind === 'number'
          ? parseValue(type, item, { structured })
          : item,
      )
    : items.join(', ');
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { schema: 'core', version: '1.2' });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new NocturneError(
      'BAD_VALUE',
      `the list cannot be read: ${problem.message.split('\n')[0]}`,
      { hint: 'write a, b, c or YAML in brackets: [a, b]' },
    );
  return document.toJS({ maxAliasCount: 0 }) as unknown;
}
