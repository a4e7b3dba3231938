/** The structure behind a field: a list of assertions. */
import type { Rec } from '../markdown/types.js';

/** The items of a list field; nothing when it is absent or empty. */
export function structure(record: Rec | undefined, field: string): readonly unknown[] | undefined {
  const data = record?.fields.get(field)?.data;
  return Array.isArray(data) && data.length > 0 ? data : undefined;
}
