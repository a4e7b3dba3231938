/** Edits of sections: one part of one, a new last one, one less. */
import { NocturneError } from '../kernel/error.js';
import { encodeItem } from './cell.js';
import type { FieldEdit, FieldValues } from './edit-records.js';
import { fieldLabel, fieldName } from './field-name.js';
import { findSections, type FoundSections, type Section } from './find-records.js';
import { formatLocator, matchesKey } from './locator.js';
import { readRecords } from './read-records.js';
import { scan } from './scan.js';
import { sectionFields, sectionParts } from './section-fields.js';
import { renderYaml } from './render-yaml.js';
import type { Doc, Locator, Rec, RecordSpec, Value } from './types.js';
import { valueText } from './value-text.js';

type At = { readonly spec: RecordSpec; readonly locator: Extract<Locator, { kind: 'section' }> };
type Found = Extract<FoundSections, { kind: 'found' }>;
type Splice = { readonly start: number; readonly end: number; readonly text: string };

export function setSectionField(text: string, at: At, edit: FieldEdit): string {
  const doc = scan(text);
  const section = sectionWithKey(locate(doc, at), at, edit.key);
  const current = sectionFields(doc, edit.file, section).fields.get(edit.field);
  if (edit.field === 'id') {
    if (edit.value === section.key) return text;
    throw new NocturneError('BAD_VALUE', `the id of a section of ${at.spec.object} is its key and cannot be set`, { file: edit.file, line: section.heading.line, hint: 'remove the section and append a new one' });
  }
  if (current && sameValue(current, edit.value)) return text;
  const splice = spliceFor(doc, section, edit);
  const result = text.slice(0, splice.start) + splice.text.replaceAll('\n', doc.eol) + text.slice(splice.end);
  assertOnly(at, { before: text, after: result, key: edit.key, field: edit.field });
  return result;
}

export function appendSection(text: string, at: At, fields: FieldValues): string {
  const doc = scan(text);
  const found = locate(doc, at);
  const id = valueText(fields['id'] ?? null);
  if (!matchesKey(at.locator.match, id) || /\s/.test(id) || id === '') {
    throw new NocturneError('BAD_VALUE', `"${id}" cannot be the id of a section of ${at.spec.object}; expected one word that matches ${at.locator.match}`);
  }
  const known = found.sections.find((section) => section.key === id);
  if (known) throw new NocturneError('AMBIGUOUS', `${at.spec.object} already has a section "${id}"`, { line: known.heading.line });
  const at0 = appendOffset(doc, found, at);
  const before = text.slice(0, at0).trimEnd();
  const gap = text.slice(before.length, at0);
  const lead = before === '' || before === '\ufeff' ? '' : missingBreaks(gap, doc.eol);
  const rest = text.slice(at0);
  const block = renderSection(at, id, fields).replaceAll('\n', doc.eol);
  const tail = rest === '' ? '' : doc.eol;
  const result = text.slice(0, at0) + lead + block + tail + rest;
  assertAppended(at, { before: text, after: result, id });
  return result;
}

export function removeSection(text: string, at: At, key: string): string {
  const doc = scan(text);
  const { start, end } = sectionWithKey(locate(doc, at), at, key);
  const lineStart = doc.text.lastIndexOf('\n', start - 1) + 1;
  const from = Math.max(lineStart, doc.lineStarts[0] ?? 0);
  return text.slice(0, from) + text.slice(end);
}

function locate(doc: Doc, { spec, locator }: At): Found {
  const found = findSections(doc, locator);
  switch (found.kind) {
    case 'found':
      return found;
    case 'no-scope':
      throw new NocturneError('NOT_FOUND', `the heading that "${formatLocator(locator)}" of ${spec.object} stands under was not found`);
    case 'ambiguous':
      throw new NocturneError('AMBIGUOUS', `the heading that "${formatLocator(locator)}" of ${spec.object} stands under is on lines ${found.headings.map(({ line }) => line).join(', ')}; expected once`);
  }
}

function sectionWithKey(found: Found, { spec }: At, key: string): Section {
  const [section, second] = found.sections.filter((candidate) => candidate.key === key);
  if (!section) {
    const keys = found.sections.slice(0, 5).map((candidate) => candidate.key);
    throw new NocturneError('NOT_FOUND', `${spec.object} has no section "${key}"${keys.length > 0 ? `; it has ${keys.join(', ')}${found.sections.length > 5 ? ` and ${found.sections.length - 5} more` : ''}` : ''}`);
  }
  if (second) throw new NocturneError('AMBIGUOUS', `${spec.object} has two sections "${key}", on lines ${section.heading.line} and ${second.heading.line}; expected one`, { line: second.heading.line });
  return section;
}

function sameValue(cell: { readonly value: string; readonly data?: unknown }, value: Value): boolean {
  if (cell.data !== undefined && typeof value === 'object' && value !== null) return JSON.stringify(cell.data) === JSON.stringify(value);
  return cell.value === valueText(value);
}

/** The one change that gives the field its value. */
function spliceFor(doc: Doc, section: Section, edit: FieldEdit): Splice {
  const parts = sectionParts(doc, section);
  const text = valueText(edit.value);
  if (edit.field === 'title') return { ...parts.title, text: parts.title.start === parts.id.end && text !== '' ? ` ${text}` : text };
  if (edit.field === 'body') {
    const gap = parts.body.start === parts.body.end && text !== '';
    return { ...parts.body, text: gap ? `\n\n${text}` : text };
  }
  const fence = parts.fences.find(({ name }) => name === edit.field);
  if (fence) {
    const isData = typeof edit.value === 'object' && edit.value !== null;
    const content = isData ? renderYaml(edit.value) : text === '' ? '' : `${String(edit.value).replace(/\r\n?/g, '\n').replace(/\n$/, '')}\n`;
    return { start: fence.fence.contentStart, end: fence.fence.contentEnd, text: content };
  }
  const item = parts.items.find(({ name }) => name === edit.field);
  if (item) {
    const raw = encodeItem(text);
    const bare = item.value.start === item.value.end && doc.text.charAt(item.value.start - 1) === '*';
    return { ...item.value, text: bare ? ` ${raw}` : raw };
  }
  const line = `\n- **${labelFor(edit.field)}:** ${encodeItem(text)}`;
  const last = parts.items.at(-1);
  if (last) return { start: last.line.end, end: last.line.end, text: line };
  return { start: section.contentStart, end: section.contentStart, text: `\n${line}` };
}

function labelFor(field: string): string {
  const label = fieldLabel(field);
  if (/[*\n:]/.test(label) || fieldName(label) !== field) throw new NocturneError('BAD_VALUE', `"${field}" cannot be the name of an item; expected lower-case words joined by _`);
  return label;
}

function renderSection({ locator }: At, id: string, fields: FieldValues): string {
  const title = valueText(fields['title'] ?? null);
  const body = valueText(fields['body'] ?? null);
  const items: string[] = [];
  const fences: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'id' || name === 'title' || name === 'body') continue;
    if (typeof value === 'object' && value !== null) fences.push(`\n\`\`\`yaml ${name}\n${renderYaml(value)}\`\`\`\n`);
    else items.push(`- **${labelFor(name)}:** ${encodeItem(valueText(value))}\n`);
  }
  const heading = `${'#'.repeat(locator.depth)} ${id}${title === '' ? '' : ` ${title}`}\n`;
  return `${heading}${items.length > 0 ? `\n${items.join('')}` : ''}${fences.join('')}${body === '' ? '' : `\n${body}\n`}`;
}

/** After the last section of the kind; else at the end of the scope. */
function appendOffset(doc: Doc, found: Found, at: At): number {
  const last = found.sections.at(-1);
  if (at.locator.within || !last) return found.scope.end;
  return last.end;
}

/** Line endings to add so that a blank line stands between what is there and what comes. */
function missingBreaks(gap: string, eol: string): string {
  const breaks = gap.split(/\r\n|\n|\r/).length - 1;
  return eol.repeat(Math.max(0, 2 - breaks));
}

/** Reading back is the proof: every other field of every record is as it was. */
function assertOnly(at: At, change: { readonly before: string; readonly after: string; readonly key: string; readonly field: string }): void {
  const before = records(at, change.before);
  const after = records(at, change.after);
  const same =
    before.length === after.length &&
    before.every((record, index) => {
      const now = after[index];
      return now !== undefined && now.key === record.key && sameFields(record, now, record.key === change.key ? change.field : undefined);
    });
  if (!same) throw new NocturneError('BAD_VALUE', `this value of "${change.field}" would change other parts of section "${change.key}"`, { hint: 'headings, fences and items inside a value are read as structure; write them in another way' });
}

function assertAppended(at: At, change: { readonly before: string; readonly after: string; readonly id: string }): void {
  const before = records(at, change.before);
  const after = records(at, change.after);
  const same = after.length === before.length + 1 && after.at(-1)?.key === change.id && before.every((record, index) => {
    const now = after[index];
    return now !== undefined && now.key === record.key && sameFields(record, now, undefined);
  });
  if (!same) throw new NocturneError('BAD_VALUE', `the values of section "${change.id}" would be read as other sections`, { hint: 'headings inside a value must be deeper than the section' });
}

function records(at: At, text: string): readonly Rec[] {
  return readRecords(scan(text), '', at.spec).records;
}

function sameFields(a: Rec, b: Rec, except: string | undefined): boolean {
  const names = new Set([...a.fields.keys(), ...b.fields.keys()]);
  for (const name of names) if (name !== except && a.fields.get(name)?.value !== b.fields.get(name)?.value) return false;
  return true;
}
