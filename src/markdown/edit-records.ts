/** Edits records: each function returns the new text and changes only the bytes of its target. */
import { NocturneError } from '../kernel/error.js';
import { appendRow, removeRow, setRowField } from './edit-table.js';
import { appendSection, removeSection, setSectionField } from './edit-section.js';
import { setFrontMatterField } from './edit-front-matter.js';
import { renderFrontMatter } from './render-yaml.js';
import type { FieldEdit, FieldValues, RecordSpec } from './types.js';

/**
 * Sets one field of one record. Setting a field to the value that it has returns the same text.
 * @throws NocturneError `NOT_FOUND` (record, column, heading), `BAD_VALUE` (a value that cannot
 * be written), `AMBIGUOUS` (a duplicate key or heading).
 */
export function setField(text: string, spec: RecordSpec, edit: FieldEdit): string {
  switch (spec.locator.kind) {
    case 'front-matter':
      return setFrontMatterField(text, edit);
    case 'lines':
      throw refusedForLog(spec);
    case 'table':
      return setRowField(text, { spec, locator: spec.locator }, edit);
    case 'section':
      return setSectionField(text, { spec, locator: spec.locator }, edit);
  }
}

/**
 * Adds one record after the last: a row (columns that `fields` does not name are null) or a section
 * (`id` required, `title`, `body` and items).
 * @throws NocturneError as `setField`; `BAD_VALUE` for a field that the table has no column for.
 */
export function appendRecord(text: string, spec: RecordSpec, fields: FieldValues): string {
  switch (spec.locator.kind) {
    case 'front-matter':
      throw new NocturneError(
        'BAD_VALUE',
        `a record of ${spec.object} is a whole file and cannot be added to a file`,
        { hint: 'create a new file for the record' },
      );
    case 'lines':
      throw refusedForLog(spec);
    case 'table':
      return appendRow(text, { spec, locator: spec.locator }, fields);
    case 'section':
      return appendSection(text, { spec, locator: spec.locator }, fields);
  }
}

/**
 * Removes one record's lines. @throws NocturneError as `setField`; rows of a log are never removed
 * (`BAD_VALUE`).
 */
export function removeRecord(text: string, spec: RecordSpec, key: string): string {
  switch (spec.locator.kind) {
    case 'front-matter':
      throw new NocturneError(
        'BAD_VALUE',
        `a record of ${spec.object} is a whole file and cannot be removed from a file`,
        { hint: 'delete the file' },
      );
    case 'lines':
      throw refusedForLog(spec);
    case 'table':
      return removeRow(text, { spec, locator: spec.locator }, key);
    case 'section':
      return removeSection(text, { spec, locator: spec.locator }, key);
  }
}

/** A new document: front matter with `fields` (dotted names are nested), then the body. */
export function newDocument(fields: FieldValues, body?: string): string {
  const front = `---\n${renderFrontMatter(fields)}---\n`;
  return body === undefined || body === ''
    ? front
    : `${front}\n${body.endsWith('\n') ? body : `${body}\n`}`;
}

function refusedForLog(spec: RecordSpec): NocturneError {
  return new NocturneError(
    'BAD_VALUE',
    `${spec.object} is a log of JSON lines: only Nocturne adds to it, and lines never change`,
  );
}
