/**
 * Rule key-unique: no two records of an object have one key, in a file or, for documents, anywhere.
 */
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { keyRange } from '../record-place.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

/**
 * Rows and sections: within their file. What has to be unique in all files of an object has the
 * constraint `unique`.
 */
export const keyUnique: FileRule = {
  kind: 'file',
  id: 'key-unique',
  severity: 'error',
  suppressible: 'never',
  run: (file) =>
    file.objects.flatMap((object) => {
      if (object.shape === 'document' || (object.shape !== 'section' && object.key.length === 0))
        return [];
      const first = new Map<string, Range>();
      return file.records(object.object).flatMap((record) => {
        const range = keyRange(object, record);
        const earlier = first.get(record.key);
        if (earlier !== undefined && record.key !== '')
          return [duplicate(object.object, { key: record.key, range, earlier })];
        first.set(record.key, range);
        return [];
      });
    }),
};

/** Documents: two files with the same name in the place of the first `*`. */
export const documentUnique: WorkspaceRule = {
  kind: 'workspace',
  id: 'key-unique',
  severity: 'error',
  suppressible: 'never',
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
    message: `"${clash.key}" is the key of another ${object} already, in ${where}`,
    range: clash.range,
    expected: 'a key of its own',
    actual: clash.key,
    hint: 'give the newer record the next free key',
    related: [{ message: 'first here', range: clash.earlier }],
  };
}
