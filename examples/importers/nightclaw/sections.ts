/** Splits a page into sections and reads their fenced blocks. */
import { parseDocument } from 'yaml';
import { lineStartOf, scopeOf } from '../../../src/markdown/find-records.js';
import { scan } from '../../../src/markdown/scan.js';
import type { Heading } from '../../../src/markdown/types.js';

/** `text`: all text up to the next heading of the same or a higher level. */
export type PageSection = {
  readonly title: string;
  readonly depth: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

export function pageSections(page: string): readonly PageSection[] {
  const doc = scan(page);
  return doc.headings.map((heading: Heading) => {
    const scope = scopeOf(doc, heading);
    return {
      title: heading.text,
      depth: heading.depth,
      text: page.slice(scope.start, scope.end),
      start: lineStartOf(doc, heading),
      end: scope.end,
    };
  });
}

/** The fenced blocks of a text, without their fences. */
export function fencesOf(text: string): readonly string[] {
  return scan(text).fences.map((fence) => text.slice(fence.contentStart, fence.contentEnd));
}

/** A text without its fenced blocks and comments, which are examples. */
export function withoutFences(text: string): string {
  let result = text;
  for (const fence of [...scan(text).fences].reverse())
    result = result.slice(0, fence.start) + result.slice(fence.end);
  return result.replace(/<!--[\s\S]*?-->/g, '');
}

/**
 * The fields of a fenced block. NightClaw reads such blocks line by line, so a block that is not
 * YAML is read as `key: value` lines, with `- item` lines below a key. A single outer key is
 * removed.
 */
export function fieldsOf(block: string): Readonly<Record<string, unknown>> {
  const doc = parseDocument(block, { schema: 'core', uniqueKeys: false, logLevel: 'silent' });
  const value: unknown = doc.errors.length === 0 ? tryJs(doc) : undefined;
  const fields = isMap(value) ? value : readLines(block);
  const [only, second] = Object.values(fields);
  return second === undefined && isMap(only) ? only : fields;
}

/** Fails if aliases expand a small text into a huge one. */
function tryJs(doc: ReturnType<typeof parseDocument>): unknown {
  try {
    return doc.toJS({ maxAliasCount: 20 });
  } catch {
    return undefined;
  }
}

function readLines(block: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  let list: string[] | undefined;
  for (const line of block.split(/\r?\n/)) {
    const item = /^\s*-\s+(.*)$/.exec(line);
    const pair = /^\s*([A-Za-z_]\w*):\s*(.*)$/.exec(line);
    if (item !== null && list !== undefined) list.push(item[1] ?? '');
    else if (pair !== null) {
      const [, key = '', value = ''] = pair;
      list = value.trim() === '' ? [] : undefined;
      if (!(key in fields)) fields[key] = list ?? value.replace(/\s+#.*$/, '');
    }
  }
  return fields;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
