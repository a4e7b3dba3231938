/** `add`: one record more, checked against R2 before it is written. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { nearestName } from '../../../kernel/nearest-name.js';
import type { Value } from '../../../markdown/types.js';
import type { ObjectSpec, Schema } from '../../../registry/types.js';
import type { Change } from '../../../workspace/types.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN, textOption } from '../options.js';
import { parseValue } from '../parse-value.js';
import type { Command, Parsed } from '../types.js';
import { namedValues } from '../named-values.js';

export const command: Command = {
  args: '<object> [fields...]',
  options: [
    { flags: '--key <key>', description: "the new document's key (what stands for * in its path)" },
    { flags: '--file <file>', description: 'which file, where an object has several' },
    { flags: '--body <text>', description: 'text below the fields' },
    DRY_RUN,
    { flags: '--reason <text>', description: 'why, for the change log' },
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
      throw new NocturneError(
        'REFUSED',
        `${name} is a log: its rows are written by what they tell of`,
        { file: object.glob, hint: 'run the bundle or the command that writes such a row' },
      );
    return object;
  }
  const near = nearestName(name, schema.objects.keys());
  throw new NocturneError('NOT_FOUND', `REGISTRY.md declares no object ${name}`, {
    hint:
      near === undefined
        ? `known: ${[...schema.objects.keys()].join(', ')}`
        : `did you mean ${near}?`,
  });
}

function insertion(
  object: ObjectSpec,
  values: ReadonlyMap<string, string>,
  options: Parsed['options'],
): Extract<Change, { kind: 'insert' }> {
  const [key, file, body] = ['key', 'file', 'body'].map((option) =>
    typeof options[option] === 'string' ? options[option] : undefined,
  );
  const fields: Record<string, Value> = {};
  for (const [field, text] of values) {
    const spec = object.fields.get(field);
    if (spec === undefined) {
      const near = nearestName(field, object.fields.keys());
      throw new NocturneError('NOT_FOUND', `${object.object} has no field "${field}"`, {
        hint:
          near === undefined
            ? `its fields are ${[...object.fields.keys()].join(', ')}`
            : `did you mean ${near}?`,
      });
    }
    fields[field] = parseValue(spec.type, text, { structured: object.shape !== 'table' });
  }
  if (object.shape === 'document' && object.glob.includes('*') && key === undefined)
    throw new NocturneError('USAGE', `${object.object} lives in ${object.glob}: which one?`, {
      hint: 'give --key NAME, the name that stands for the *',
    });
  return {
    kind: 'insert',
    object: object.object,
    fields,
    ...defined({ key, file, body }),
  };
}
