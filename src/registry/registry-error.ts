/** With an error in REGISTRY.md nothing is signed, no pass begins and no bundle runs. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { NocturneError } from '../kernel/error.js';
import type { Schema } from './types.js';

type Loaded = { readonly schema: Schema; readonly schemaDiagnostics: readonly Diagnostic[] };

/** A `SCHEMA` error at the first mistake; `undefined` if there is none. */
export function registryError({ schema, schemaDiagnostics }: Loaded): NocturneError | undefined {
  const errors = schemaDiagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return undefined;
  const more = errors.length === 1 ? '' : ` (${errors.length} errors in all)`;
  return new NocturneError('SCHEMA', `${schema.file} has an error: ${first.message}${more}`, {
    file: schema.file,
    line: first.range.line,
    hint: `correct ${schema.file}, which nocturne validate shows; until then no pass and no bundle runs`,
  });
}
