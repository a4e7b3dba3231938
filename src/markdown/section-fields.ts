/** Fields of a section: `id` and `title` of its heading, items, named fences, and the `body`. */
import { parseDocument } from 'yaml';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { decodeItem } from './cell.js';
import { fieldName } from './field-name.js';
import { type Section, within } from './find-records.js';
import { sectionKey } from './key.js';
import { lineEndAt, lineIndexAt } from './line-starts.js';
import { readPlainData } from './plain-yaml.js';
import { rangeOf, shapeError } from './range-of.js';
import type { Cell, Doc, Fence, Span } from './types.js';
import { type YamlProblem, yamlProblem } from './yaml-problem.js';

/** `- **Action needed:** value`, not indented; the colon may be outside the emphasis. */
const ITEM = /^[-*+][ \t]+\*\*([^*\n]+?)(?::\*\*|\*\*:)[ \t]*/;
/** Inside a block: the one above it was not closed. */
const NAMED_OPENING = /^(?:```+|~~~+)[^\s`]+[ \t]+[A-Za-z][\w-]*[ \t]*\r?$/m;
const NAMED_FENCE = /^(\S+)[ \t]+([A-Za-z][\w-]*)$/;

/** The spans of the parts of a section; an empty `body` has a span too. */
export type SectionParts = {
  readonly id: Span;
  readonly title: Span;
  readonly items: readonly { readonly name: string; readonly value: Span; readonly line: Span }[];
  readonly fences: readonly {
    readonly name: string;
    readonly language: string;
    readonly fence: Fence;
  }[];
  readonly body: Span;
};

export function sectionParts(doc: Doc, section: Section): SectionParts {
  const heading = headingParts(doc, section);
  const { inner } = section;
  const fences: SectionParts['fences'] = within(doc.fences, inner).flatMap((fence) => {
    const [, language, name] = NAMED_FENCE.exec(fence.info) ?? [];
    return language === undefined || name === undefined
      ? []
      : [{ name: fieldName(name), language, fence }];
  });
  const items = findItems(doc, inner);
  const lastItem = items.at(-1)?.line.end ?? 0;
  const lastFence = fences.at(-1)?.fence.end ?? 0;
  const after = Math.max(section.contentStart, lastItem, lastFence);
  const body = trimmedSpan(doc.text, after, section.end);
  const first = Math.min(
    items[0]?.line.start ?? section.end,
    fences[0]?.fence.start ?? section.end,
  );
  const before = trimmedSpan(doc.text, section.contentStart, first);
  return {
    ...heading,
    items,
    fences,
    body: body.start === body.end && before.start < before.end ? before : body,
  };
}

/** Of two fields with the same name, the first counts, and a diagnostic reports the second. */
export function sectionFields(
  doc: Doc,
  file: string,
  section: Section,
): { readonly fields: ReadonlyMap<string, Cell>; readonly diagnostics: readonly Diagnostic[] } {
  const parts = sectionParts(doc, section);
  const fields = new Map<string, Cell>();
  const diagnostics: Diagnostic[] = [];
  const add = (
    name: string,
    span: Span,
    read: (raw: string) => { readonly value: string; readonly data?: unknown },
  ): void => {
    const range = rangeOf(doc, file, span);
    if (fields.has(name)) {
      diagnostics.push(
        shapeError(range, `section ${section.key} has two fields "${name}"; expected one`),
      );
      return;
    }
    const raw = doc.text.slice(span.start, span.end);
    fields.set(name, { raw, ...read(raw), start: span.start, end: span.end, range });
  };
  add('id', parts.id, (raw) => ({ value: raw }));
  add('title', parts.title, (raw) => ({ value: raw.trim() }));
  for (const item of parts.items) add(item.name, item.value, (raw) => ({ value: itemValue(raw) }));
  for (const { name, language, fence } of parts.fences) {
    const span = { start: fence.contentStart, end: fence.contentEnd };
    if (!fence.closed || NAMED_OPENING.test(doc.text.slice(span.start, span.end))) {
      const line = { start: fence.start, end: lineEndAt(doc.text, doc.lineStarts, fence.line - 1) };
      diagnostics.push(
        shapeError(
          rangeOf(doc, file, line),
          `the block "${name}" does not end before the next one`,
          {
            expected: 'a line ``` below its last line',
            hint: 'add the line ```',
          },
        ),
      );
      add(name, span, () => ({ value: '' }));
      continue;
    }
    add(name, span, (raw) => {
      const value = unixLines(raw).replace(/\n$/, '');
      if (!/^ya?ml$/i.test(language)) return { value };
      const read = readYaml(raw);
      if (read.problem === undefined) return { value, data: read.data };
      const { offset, message, hint } = read.problem;
      const start = span.start + offset;
      diagnostics.push(
        shapeError(
          rangeOf(doc, file, { start, end: start }),
          `"${name}" is not valid YAML: ${message}`,
          { hint },
        ),
      );
      return { value };
    });
  }
  add('body', parts.body, (raw) => ({ value: unixLines(raw) }));
  return { fields, diagnostics };
}

function headingParts(doc: Doc, section: Section): { readonly id: Span; readonly title: Span } {
  const { heading } = section;
  const { key, title, keyAt, titleAt } = sectionKey(heading.text);
  const textStart = doc.text.indexOf(heading.text, heading.start);
  if (textStart === -1 || textStart >= heading.end) {
    const offset = doc.text.indexOf(key, heading.start);
    return {
      id: { start: offset, end: offset + key.length },
      title: { start: offset + key.length, end: offset + key.length },
    };
  }
  const start = textStart + keyAt;
  const titleStart = textStart + titleAt;
  return {
    id: { start, end: start + key.length },
    title: { start: titleStart, end: titleStart + title.length },
  };
}

/** Items outside fences and HTML, with the indented lines that continue them. */
function findItems(doc: Doc, inner: Span): SectionParts['items'] {
  const { text, lineStarts } = doc;
  const items: { name: string; value: Span; line: Span }[] = [];
  const closed: readonly Span[] = [...within(doc.fences, inner), ...within(doc.html, inner)].sort(
    (a, b) => a.start - b.start,
  );
  let block = 0;
  for (let line = lineIndexAt(lineStarts, inner.start); line < lineStarts.length; line++) {
    const start = lineStarts[line] ?? 0;
    if (start >= inner.end) break;
    if (start < inner.start) continue;
    while ((closed[block]?.end ?? Infinity) <= start) block++;
    const c = text.charCodeAt(start);
    if ((c !== 45 && c !== 42 && c !== 43) || start >= (closed[block]?.start ?? Infinity)) continue;
    let end = lineEndAt(text, lineStarts, line);
    const [lead, label = ''] = ITEM.exec(text.slice(start, end)) ?? [];
    if (lead === undefined) continue;
    while (
      line + 1 < lineStarts.length &&
      continues(text, lineStarts, line + 1) &&
      (lineStarts[line + 1] ?? 0) < inner.end
    )
      end = lineEndAt(text, lineStarts, ++line);
    items.push({
      name: fieldName(label),
      value: trimmedSpan(text, start + lead.length, end),
      line: { start, end },
    });
  }
  return items;
}

/** An indented line that is not blank. */
function continues(text: string, lineStarts: readonly number[], line: number): boolean {
  const start = lineStarts[line] ?? 0;
  const c = text.charCodeAt(start);
  return (
    (c === 32 || c === 9) && text.slice(start, lineEndAt(text, lineStarts, line)).trim() !== ''
  );
}

function itemValue(raw: string): string {
  if (!/[\r\n]/.test(raw)) return decodeItem(raw);
  return raw
    .split(/\r\n|\n|\r/)
    .map((line) => decodeItem(line.trim()))
    .join('\n');
}

function readYaml(source: string): {
  readonly data?: unknown;
  readonly problem?: YamlProblem;
} {
  const plain = readPlainData(source);
  if (plain !== undefined) return { data: plain.data };
  try {
    const yaml = parseDocument(source, {
      prettyErrors: false,
      version: '1.2',
      schema: 'core',
      logLevel: 'silent',
    });
    const [first] = [...yaml.errors, ...yaml.warnings];
    return first === undefined
      ? { data: yaml.toJS({ maxAliasCount: 100 }) }
      : { problem: yamlProblem(source, first) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { problem: yamlProblem(source, error) };
  }
}

function trimmedSpan(text: string, from: number, to: number): Span {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return start === end ? { start: from, end: from } : { start, end };
}

function isSpace(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}

/** Trims white space at the ends of a body. */
export function bodyText(value: string): string {
  const { start, end } = trimmedSpan(value, 0, value.length);
  return value.slice(start, end);
}

function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
