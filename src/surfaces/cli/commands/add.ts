/** `add`: adds one record, checked against R2 before it is written. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { Value } from '../../../markdown/types.js';
import type { ObjectSpec, Schema } from '../../../registry/types.js';
import type { Change } from '../../../workspace/types.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN, REASON, textOption } from '../options.js';
import { parseValue } from '../parse-value.js';
import type { Command, Parsed } from '../types.js';
import { namedValues } from '../named-values.js';

export const add: Command = {
  args: '<object> [fields...]',
  options: [
    { flags: '--key <key>', description: 'the key of the new document (replaces * in its path)' },
    { flags: '--file <file>', description: 'the file, if the object has several' },
    { flags: '--body <text>', description: 'the text below the fields' },
    DRY_RUN,
    REASON,
  ],
  examples: [
    'nocturne add LESSON id=L-20261121-009 title="Ask first" date=2026-11-21 kind=practice observation="…" evidence="…"',
    'nocturne add DRAFT --key garden mission="Water the plants" phase.name=plan phase.objective="Say which plants there are"',
  ],
  run(context, { args, options }) {
    const [name = '', ...words] = args;
    const values = namedValues(words, 'field');
    return carryOut(
      context,
      (snapshot) => {
        const object = objectNamed(snapshot.schema, name);
        const change = insertion(object, values, options);
        const key =
          change.key ??
          String(
            object.key.map((field) => values.get(field) ?? '').join('/') ||
              (values.get('id') ?? ''),
          );
        return {
          changes: [change],
          reason: textOption(options, 'reason') ?? 'nocturne add',
          audit: { type: 'add', target: `${name}[${key}]`, detail: [...values.keys()].join(', ') },
        };
      },
      { dryRun: options['dryRun'] === true },
    );
  },
};

function objectNamed(schema: Schema, name: string): ObjectSpec {
  const object = schema.objects.get(name);
  if (object !== undefined) {
    if (object.shape === 'log')
      throw new NocturneError('REFUSED', `${name} is a log: only Nocturne adds rows to it`, {
        file: object.glob,
        hint: 'run the bundle or the command that adds such a row',
      });
    return object;
  }
  const names = [...schema.objects.keys()];
  throw new NocturneError('NOT_FOUND', `REGISTRY.md does not declare an object ${name}`, {
    hint: didYouMean(name, names) ?? `objects: ${names.join(', ')}`,
  });
}

function insertion(
  object: ObjectSpec,
  values: ReadonlyMap<string, string>,
  options: Parsed['options'],
): Extract<Change, { kind: 'insert' }> {
  const [key, file, body] = ['key', 'file', 'body'].map((name) => textOption(options, name));
  const fields: Record<string, Value> = {};
  for (const [field, text] of values) {
    const spec = object.fields.get(field);
    if (spec === undefined) {
      const names = [...object.fields.keys()];
      throw new NocturneError('NOT_FOUND', `${object.object} has no field "${field}"`, {
        hint: didYouMean(field, names) ?? `its fields are ${names.join(', ')}`,
      });
    }
    fields[field] = parseValue(spec.type, text, { structured: object.shape !== 'table' });
  }
  if (object.shape === 'document' && object.glob.includes('*') && key === undefined)
    throw new NocturneError('USAGE', `which ${object.object}? Each one is a file ${object.glob}`, {
      hint: 'give --key NAME, which replaces the *',
    });
  return {
    kind: 'insert',
    object: object.object,
    fields,
    ...defined({ key, file, body }),
  };
}
