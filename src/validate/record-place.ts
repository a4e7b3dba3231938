/** Places in a record that diagnostics point to. */
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

/** The key cell, or the first word of a section, or the beginning of a document. */
export function keyRange(object: ObjectSpec, record: Rec): Range {
  const field = object.shape === 'section' ? 'id' : object.key[0];
  const cell = field === undefined ? undefined : record.fields.get(field);
  return cell?.range ?? firstLine(record);
}

/** A field's value, or what is written in place of its group, or the record's key. */
export function fieldRange(object: ObjectSpec, record: Rec, field: string): Range {
  const group = field.slice(0, Math.max(0, field.indexOf('.')));
  return (
    record.fields.get(field)?.range ?? record.fields.get(group)?.range ?? keyRange(object, record)
  );
}
