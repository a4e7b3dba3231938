/**
 * Changes of the base workspace as cases write them: `«` and `»` mark what is to be found, and are
 * taken out.
 */
import { logRow } from '../support/log-row.js';
import type { Content, Files } from './base-workspace.js';
import { text } from './base-workspace.js';

export type Edit = (files: Map<string, Content>) => void;
/**
 * A marked place: `FILE:line:column-endLine:endColumn`, its last part only the column on one line.
 */
export type Marked = { readonly files: Files; readonly marks: readonly string[] };

export function replace(path: string, from: string, to: string): Edit {
  return (files) => {
    const before = textOf(files, path);
    if (!before.includes(from)) throw new Error(`${path} does not contain ${JSON.stringify(from)}`);
    files.set(path, text(before.replace(from, () => to)));
  };
}

export function append(path: string, content: string): Edit {
  return (files) => void files.set(path, text(`${textOf(files, path)}${content}`));
}

export function addRow(path: string, cells: Readonly<Record<string, string | number>>): Edit {
  return (files) => append(path, logRow(textOf(files, path), cells))(files);
}

export function file(path: string, content: string | Content): Edit {
  return (files) => void files.set(path, typeof content === 'string' ? text(content) : content);
}

/** For example a copy that has the time of its source: `mtime` is old, `ctime` is not. */
export function changedLate(path: string, ctime: string): Edit {
  return (files) => void files.set(path, { ...text(textOf(files, path)), ctime });
}

export function remove(path: string): Edit {
  return (files) => void files.delete(path);
}

/** Applies edits and takes the marks out, in the order of files and places. */
export function edited(base: Files, edits: readonly Edit[]): Marked {
  const files = new Map(base);
  for (const edit of edits) edit(files);
  const marks: string[] = [];
  for (const path of [...files.keys()].sort()) {
    const content = files.get(path);
    if (content === undefined || 'link' in content || !content.bytes.includes('«')) continue;
    const { plain, places } = unmark(path, content.bytes.toString('utf8'));
    marks.push(...places);
    files.set(path, { ...content, bytes: Buffer.from(plain, 'utf8') });
  }
  return { files, marks };
}

export function textOf(files: Files, path: string): string {
  const content = files.get(path);
  if (content === undefined || 'link' in content) throw new Error(`there is no file ${path}`);
  return content.bytes.toString('utf8');
}

/** A range in the form of marks. */
export function placeText({
  file: path,
  line,
  column,
  endLine,
  endColumn,
}: {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}): string {
  const end = endLine === line ? `${endColumn}` : `${endLine}:${endColumn}`;
  return `${path}:${line}:${column}-${end}`;
}

function unmark(path: string, marked: string): { plain: string; places: string[] } {
  const places: string[] = [];
  let plain = '';
  let open: { line: number; column: number } | undefined;
  for (const part of marked.split(/([«»])/)) {
    if (part === '«') open = placeAt(plain);
    else if (part !== '»') plain += part;
    else if (open !== undefined) {
      const end = placeAt(plain);
      places.push(placeText({ file: path, ...open, endLine: end.line, endColumn: end.column }));
    }
  }
  return { plain, places };
}

function placeAt(before: string): { line: number; column: number } {
  const lines = before.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
