/**
 * Which fields differ between two texts of one file: what the change log records and what a pass is
 * judged by.
 */
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { Cell, Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { addressOf } from './address.js';

export type FieldDifference = {
  readonly object: ObjectSpec;
  readonly file: string;
  readonly key: string;
  readonly field: string;
  readonly address: string;
  readonly old: string | undefined;
  readonly new: string | undefined;
};

/**
 * Fields of records that appeared have no `old`, of records that went have no `new`. Unreadable
 * texts count as having no records.
 */
export function diffFields(
  objects: readonly ObjectSpec[],
  file: string,
  texts: { readonly before: string | undefined; readonly after: string | undefined },
): readonly FieldDifference[] {
  const differences: FieldDifference[] = [];
  const docs = {
    before: texts.before === undefined ? undefined : scan(texts.before),
    after: texts.after === undefined ? undefined : scan(texts.after),
  };
  for (const object of objects) {
    if (object.shape === 'log') continue;
    const before = index(
      docs.before === undefined ? [] : readRecords(docs.before, file, object).records,
    );
    const after = index(
      docs.after === undefined ? [] : readRecords(docs.after, file, object).records,
    );
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const old = before.get(id);
      const now = after.get(id);
      for (const field of new Set([...(old?.fields.keys() ?? []), ...(now?.fields.keys() ?? [])])) {
        const [was, is] = [valueOf(old?.fields.get(field)), valueOf(now?.fields.get(field))];
        if ((was ?? '') === (is ?? '')) continue;
        const key = (now ?? old)?.key ?? '';
        differences.push({
          object,
          file,
          key,
          field,
          address: addressOf(object, { file, key }, field),
          old: was,
          new: is,
        });
      }
    }
  }
  return differences;
}

/** By key; a key that is there twice is told apart by how often it came before. */
function index(records: readonly Rec[]): ReadonlyMap<string, Rec> {
  const seen = new Map<string, number>();
  const indexed = new Map<string, Rec>();
  for (const record of records) {
    const times = seen.get(record.key) ?? 0;
    seen.set(record.key, times + 1);
    indexed.set(`${record.key}\0${times}`, record);
  }
  return indexed;
}

function valueOf(cell: Cell | undefined): string | undefined {
  if (cell === undefined) return undefined;
  return cell.data === undefined ? cell.value : JSON.stringify(cell.data);
}
