/** Rule key-unique: no two records of an object in a file, and no two documents, share a key. */
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import type { ObjectSpec } from '../../registry/types.js';
import { keyHash } from '../key-hashes.js';
import { keyRange } from '../record-place.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

/** Rows and sections, in one file. The constraint `unique` covers all files of an object. */
export const keyUnique: FileRule = {
  kind: 'file',
  id: 'key-unique',
  severity: 'error',
  suppressible: 'never',
  run: (file) =>
    file.objects.flatMap((object) => {
      if (object.shape === 'document' || (object.shape !== 'section' && object.key.length === 0))
        return [];
      const first = new Map<string, Rec>();
      return file.records(object.object).flatMap((record) => {
        const { key } = record;
        const earlier = first.get(key);
        if (earlier === undefined || key === '') {
          first.set(key, record);
          return [];
        }
        const [range, before] = [keyRange(object, record), keyRange(object, earlier)];
        return [duplicate(object.object, { key, range, earlier: before })];
      });
    }),
};

/** Rows of a long log: of those whose key has one of the hashes, each that repeats a key. */
export function repeatedKey(
  object: ObjectSpec,
  records: Iterable<Rec>,
  hashes: ReadonlySet<number>,
): readonly Diagnostic[] {
  const first = new Map<string, Range>();
  const found: Diagnostic[] = [];
  for (const record of records) {
    const { key } = record;
    if (!hashes.has(keyHash(key))) continue;
    const earlier = first.get(key);
    const range = keyRange(object, record);
    if (earlier === undefined) first.set(key, range);
    else found.push(duplicate(object.object, { key, range, earlier }));
  }
  return found;
}

/** Documents: two files for which the first `*` matches the same name. */
export const documentUnique: WorkspaceRule = {
  kind: 'workspace',
  id: 'key-unique',
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run: ({ schema, facts }) => {
    const first = new Map<string, Range>();
    const found: Diagnostic[] = [];
    for (const { keys } of facts.values()) {
      for (const { object, key, range } of keys) {
        if (schema.objects.get(object)?.shape !== 'document') continue;
        const id = `${object}\0${key}`;
        const earlier = first.get(id);
        if (earlier === undefined) first.set(id, range);
        else found.push(duplicate(object, { key, range, earlier }));
      }
    }
    return found;
  },
};

function duplicate(
  object: string,
  clash: { readonly key: string; readonly range: Range; readonly earlier: Range },
): Diagnostic {
  const where =
    clash.earlier.file === clash.range.file ? `line ${clash.earlier.line}` : clash.earlier.file;
  return {
    rule: 'key-unique',
    severity: 'error',
    message: `"${clash.key}" is already the key of another ${object}, in ${where}`,
    range: clash.range,
    expected: 'a unique key',
    actual: clash.key,
    hint: 'give the newer record the next free key',
    related: [{ message: 'first here', range: clash.earlier }],
  };
}
