/** Edits sections: sets one part of a section, appends a section, or removes one. */
import { NocturneError } from '../kernel/error.js';
import { encodeItem } from './cell.js';
import { fieldLabel, fieldName } from './field-name.js';
import { findSections, type FoundSections, lineStartOf, type Section } from './find-records.js';
import { sectionKey } from './key.js';
import { formatLocator, matchesKey } from './locator.js';
import { keepsOutside } from './prove-edit.js';
import { readRecords } from './read-records.js';
import { scan } from './scan.js';
import { bodyText, sectionFields, sectionParts } from './section-fields.js';
import { renderYaml } from './render-yaml.js';
import type { Doc, FieldEdit, FieldValues, Locator, Rec, RecordSpec, Value } from './types.js';
import { valueText } from './value-text.js';

type Target = { readonly spec: RecordSpec; readonly locator: Locator & { kind: 'section' } };
type Found = Extract<FoundSections, { kind: 'found' }>;
type Splice = { readonly start: number; readonly end: number; readonly text: string };

export function setSectionField(text: string, target: Target, edit: FieldEdit): string {
  const doc = scan(text);
  const section = sectionWithKey(locate(doc, target), target, edit.key);
  const current = sectionFields(doc, edit.file, section).fields.get(edit.field);
  if (edit.field === 'id') {
    if (edit.value === section.key) return text;
    throw new NocturneError(
      'BAD_VALUE',
      `the id of a section of ${target.spec.object} is its key and cannot be set`,
      {
        file: edit.file,
        line: section.heading.line,
        hint: 'remove the section and append a new one',
      },
    );
  }
  if (current ? sameValue(current, edit.value, edit.field) : valueText(edit.value) === '')
    return text;
  const splice = spliceFor(doc, section, edit);
  const inserted = splice.text.replaceAll('\n', doc.eol);
  const result = text.slice(0, splice.start) + inserted + text.slice(splice.end);
  const delta = result.length - text.length;
  proveSet(target, { doc, after: scan(result), section, delta, edit });
  return result;
}

export function appendSection(text: string, target: Target, fields: FieldValues): string {
  const doc = scan(text);
  const found = locate(doc, target);
  const id = valueText(fields['id'] ?? null);
  if (!matchesKey(target.locator.match, id) || sectionKey(id).key !== id || id === '') {
    throw new NocturneError(
      'BAD_VALUE',
      `"${id}" cannot be the id of a section of ${target.spec.object}; expected one word that matches ${target.locator.match}`,
    );
  }
  const existing = found.sections.find((section) => section.key === id);
  if (existing)
    throw new NocturneError('AMBIGUOUS', `${target.spec.object} already has a section "${id}"`, {
      line: existing.heading.line,
    });
  const start = appendOffset(found, target);
  const block = renderSection(target, id, fields).replaceAll('\n', doc.eol);
  const inserted =
    leadingBreaks(text.slice(0, start), doc.eol) + block + (start < text.length ? doc.eol : '');
  const result = text.slice(0, start) + inserted + text.slice(start);
  proveAppended(target, { doc, after: scan(result), start, length: inserted.length, id, fields });
  return result;
}

export function removeSection(text: string, target: Target, key: string): string {
  const doc = scan(text);
  const section = sectionWithKey(locate(doc, target), target, key);
  const start = lineStartOf(doc, section.heading);
  const result = text.slice(0, start) + text.slice(section.end);
  if (!keepsOutside(doc, scan(result), { start, end: section.end, newEnd: start })) {
    throw new NocturneError(
      'BAD_VALUE',
      `section "${key}" cannot be removed without changing how the text around it is read`,
      { line: section.heading.line, hint: 'put a blank line before and after it' },
    );
  }
  return result;
}

function locate(doc: Doc, { spec, locator }: Target): Found {
  const found = findSections(doc, locator);
  switch (found.kind) {
    case 'found':
      return found;
    case 'no-scope':
      throw new NocturneError(
        'NOT_FOUND',
        `the heading above "${formatLocator(locator)}" of ${spec.object} was not found`,
      );
    case 'ambiguous':
      throw new NocturneError(
        'AMBIGUOUS',
        `the heading above "${formatLocator(locator)}" of ${spec.object} is on lines ${found.headings.map(({ line }) => line).join(', ')}; expected only one`,
      );
  }
}

function sectionWithKey(found: Found, { spec }: Target, key: string): Section {
  const [section, second] = found.sections.filter((candidate) => candidate.key === key);
  if (!section) {
    const keys = found.sections.slice(0, 5).map((candidate) => candidate.key);
    throw new NocturneError(
      'NOT_FOUND',
      `${spec.object} has no section "${key}"${keys.length > 0 ? `; it has ${keys.join(', ')}${found.sections.length > 5 ? ` and ${found.sections.length - 5} more` : ''}` : ''}`,
    );
  }
  if (second)
    throw new NocturneError(
      'AMBIGUOUS',
      `${spec.object} has two sections "${key}", on lines ${section.heading.line} and ${second.heading.line}; expected one`,
      { line: second.heading.line },
    );
  return section;
}

function sameValue(
  cell: { readonly value: string; readonly data?: unknown },
  value: Value,
  field: string,
): boolean {
  if (cell.data !== undefined && typeof value === 'object' && value !== null)
    return JSON.stringify(cell.data) === JSON.stringify(value);
  return cell.value === textOf(value, field);
}

function textOf(value: Value, field: string): string {
  return field === 'body' ? bodyText(valueText(value)) : valueText(value);
}

/** The change that gives the field its value. */
function spliceFor(doc: Doc, section: Section, edit: FieldEdit): Splice {
  const parts = sectionParts(doc, section);
  const text = textOf(edit.value, edit.field);
  if (edit.field === 'title')
    return {
      ...parts.title,
      text: parts.title.start === parts.id.end && text !== '' ? ` ${text}` : text,
    };
  if (edit.field === 'body') {
    const gap = parts.body.start === parts.body.end && text !== '';
    return { ...parts.body, text: gap ? `\n\n${text}` : text };
  }
  const fence = parts.fences.find(({ name }) => name === edit.field);
  if (fence) {
    const { contentStart: start, contentEnd: end } = fence.fence;
    return { start, end, text: fenceContent(edit.value, text) };
  }
  const item = parts.items.find(({ name }) => name === edit.field);
  if (item) {
    const raw = encodeItem(text);
    const bare =
      item.value.start === item.value.end && doc.text.charAt(item.value.start - 1) === '*';
    return { ...item.value, text: bare ? ` ${raw}` : raw };
  }
  const line = `\n- **${labelFor(edit.field)}:** ${encodeItem(text)}`;
  const last = parts.items.at(-1);
  if (last) return { start: last.line.end, end: last.line.end, text: line };
  return { start: section.contentStart, end: section.contentStart, text: `\n${line}` };
}

function labelFor(field: string): string {
  const label = fieldLabel(field);
  if (/[*\n:]/.test(label) || fieldName(label) !== field)
    throw new NocturneError(
      'BAD_VALUE',
      `"${field}" cannot be the name of an item; expected lower-case words joined by _`,
    );
  return label;
}

/** Lists of lists or maps get a fence of their own; a list of words is an item. */
function isStructure(value: Value): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object'))
  );
}

function renderSection({ locator }: Target, id: string, fields: FieldValues): string {
  const title = valueText(fields['title'] ?? null);
  const body = textOf(fields['body'] ?? null, 'body');
  const items: string[] = [];
  const fences: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'id' || name === 'title' || name === 'body') continue;
    if (isStructure(value)) fences.push(`\n\`\`\`yaml ${name}\n${renderYaml(value)}\`\`\`\n`);
    else items.push(`- **${labelFor(name)}:** ${encodeItem(valueText(value))}\n`);
  }
  const heading = `${'#'.repeat(locator.depth)} ${id}${title === '' ? '' : ` ${title}`}\n`;
  return `${heading}${items.length > 0 ? `\n${items.join('')}` : ''}${fences.join('')}${body === '' ? '' : `\n${body}\n`}`;
}

/** At the end of the locator's scope, or without one, after the last section of this object. */
function appendOffset(found: Found, target: Target): number {
  const last = found.sections.at(-1);
  return target.locator.within || !last ? found.scope.end : last.end;
}

/** The line endings to add so that a blank line separates the new text. */
function leadingBreaks(before: string, eol: string): string {
  const content = before.trimEnd();
  if (content === '') return '';
  const breaks = before.slice(content.length).split(/\r\n|\n|\r/).length - 1;
  return eol.repeat(Math.max(0, 2 - breaks));
}

type Proof = { readonly doc: Doc; readonly after: Doc };

/** Reads the result back: the field must have its value, and nothing else may have changed. */
function proveSet(
  target: Target,
  change: Proof & { readonly section: Section; readonly delta: number; readonly edit: FieldEdit },
): void {
  const { doc, after, section, delta, edit } = change;
  const was = recordOf(target, doc, section.key);
  const now = recordOf(target, after, section.key);
  const value = now?.fields.get(edit.field);
  const reads = value !== undefined && sameValue(value, edit.value, edit.field);
  const unchanged =
    keepsOutside(doc, after, {
      start: section.start,
      end: section.end,
      newEnd: section.end + delta,
    }) &&
    was !== undefined &&
    now !== undefined &&
    sameFields(was, now, edit.field);
  if (reads && unchanged) return;
  const why = reads
    ? 'it would change other parts of the file'
    : 'it would not read back as the same value';
  throw new NocturneError(
    'BAD_VALUE',
    `"${edit.field}" of section "${section.key}" cannot be set to this value: ${why}`,
    { file: edit.file, line: section.heading.line, hint: PROSE_HINT },
  );
}

function proveAppended(
  target: Target,
  change: Proof & {
    readonly start: number;
    readonly length: number;
    readonly id: string;
    readonly fields: FieldValues;
  },
): void {
  const { doc, after, start, length, id, fields } = change;
  const found = findSections(after, target.locator);
  const was = findSections(doc, target.locator);
  const count = (sections: FoundSections): number =>
    sections.kind === 'found' ? sections.sections.length : -1;
  const record = recordOf(target, after, id);
  const reads = Object.entries(fields).every(([name, value]) => {
    const cell = record?.fields.get(name);
    return cell ? sameValue(cell, value, name) : valueText(value) === '';
  });
  if (
    reads &&
    count(found) === count(was) + 1 &&
    keepsOutside(doc, after, { start, end: start, newEnd: start + length })
  )
    return;
  throw new NocturneError(
    'BAD_VALUE',
    `the fields of section "${id}" would not read back as written`,
    { hint: PROSE_HINT },
  );
}

const PROSE_HINT =
  'headings, fences and items inside a value count as structure, and a title is one line';

function recordOf(target: Target, doc: Doc, key: string): Rec | undefined {
  return readRecords(doc, '', target.spec).records.find((record) => record.key === key);
}

function sameFields(a: Rec, b: Rec, except: string): boolean {
  const names = new Set([...a.fields.keys(), ...b.fields.keys()]);
  names.delete(except);
  for (const name of names)
    if (a.fields.get(name)?.value !== b.fields.get(name)?.value) return false;
  return true;
}

function fenceContent(value: Value, text: string): string {
  if (typeof value === 'object' && value !== null) return renderYaml(value);
  if (text === '') return '';
  return `${String(value).replace(/\r\n?/g, '\n').replace(/\n$/, '')}\n`;
}
