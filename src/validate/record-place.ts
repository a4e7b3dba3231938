/** Where to point at in a record. */
import type { Range } from '../kernel/diagnostic.js';
import type { Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';

const FRONT_MATTER_MARK = '---';

/** The first line of a record: a row, or the line that opens front matter. */
export function firstLine(record: Rec): Range {
  const { file, line, column, endLine, endColumn } = record.range;
  return {
    file,
    line,
    column,
    endLine: line,
    endColumn: endLine === line ? endColumn : column + FRONT_MATTER_MARK.length,
  };
}

/**
 * What a record is known by: its key cell, a section's first word; a document has neither and gets
 * its beginning.
 */
export function keyRange(object: ObjectSpec, record: Rec): Range {
  const field = object.shape === 'section' ? 'id' : object.key[0];
  const cell = field === undefined ? undefined : record.fields.get(field);
  return cell?.range ?? firstLine(record);
}

/** A field's value, or what the record is known by when it does not have the field. */
export function fieldRange(object: ObjectSpec, record: Rec, field: string): Range {
  return record.fields.get(field)?.range ?? keyRange(object, record);
}
