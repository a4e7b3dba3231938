/** Columns that the registry declares and a file does not have yet. */
import { globMatches } from '../kernel/glob.js';
import { missingColumns } from '../markdown/add-columns.js';
import { isLineLog } from '../markdown/read-lines.js';
import type { ObjectSpec, Schema } from '../registry/types.js';

export type ColumnsToAdd = {
  readonly file: string;
  readonly object: ObjectSpec;
  readonly fields: readonly string[];
};

/**
 * A log gets every column that it lacks. In a table, the owner may have omitted one on purpose, so
 * it gets only columns that the old registry did not declare.
 */
export function newColumns(options: {
  readonly former: Schema;
  readonly schema: Schema;
  readonly files: Iterable<string>;
  readonly textOf: (path: string) => string | undefined;
}): ColumnsToAdd[] {
  const paths = [...options.files];
  return [...options.schema.objects.values()].flatMap((object): ColumnsToAdd[] => {
    if (object.shape !== 'log' && object.shape !== 'table') return [];
    const former = options.former.objects.get(object.object);
    const fields = [...object.fields.keys()].filter(
      (field) => object.shape === 'log' || former?.fields.has(field) === false,
    );
    if (fields.length === 0) return [];
    return paths
      .filter((path) => globMatches(object.glob, path) && !isLineLog(path))
      .map((file) => ({
        file,
        object,
        fields: missingColumns(options.textOf(file) ?? '', object.locator, fields),
      }))
      .filter((added) => added.fields.length > 0);
  });
}
