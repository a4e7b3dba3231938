/** The fields that differ between two texts of one file. */
import { keptDoc, keptRecords } from '../markdown/kept-docs.js';
import type { Cell, Doc, Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { addressOf } from './address.js';
import { cellText } from '../markdown/value-text.js';

export type FieldDifference = {
  readonly object: ObjectSpec;
  readonly file: string;
  readonly key: string;
  readonly field: string;
  readonly address: string;
  readonly old: string | undefined;
  readonly new: string | undefined;
};

/** Fields of new records have no `old`, fields of removed records have no `new`. */
export function diffFields(
  objects: readonly ObjectSpec[],
  file: string,
  texts: { readonly before: string | undefined; readonly after: string | undefined },
): readonly FieldDifference[] {
  const differences: FieldDifference[] = [];
  const [docBefore, docAfter] = [texts.before, texts.after].map((text) =>
    text === undefined ? undefined : keptDoc(text),
  );
  for (const object of objects) {
    if (object.shape === 'log') continue;
    const [before, after] = [index(docBefore, file, object), index(docAfter, file, object)];
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

/** By key, with a counter for records with the same key. */
function index(doc: Doc | undefined, file: string, object: ObjectSpec): ReadonlyMap<string, Rec> {
  const seen = new Map<string, number>();
  const indexed = new Map<string, Rec>();
  for (const record of doc === undefined ? [] : keptRecords(doc, file, object).records) {
    const times = seen.get(record.key) ?? 0;
    seen.set(record.key, times + 1);
    indexed.set(`${record.key}\0${times}`, record);
  }
  return indexed;
}

function valueOf(cell: Cell | undefined): string | undefined {
  return cell === undefined ? undefined : cellText(cell);
}
