/** Converts places between the editor and the workspace: URIs and paths, positions and offsets. */
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Position, Range as EditorRange } from 'vscode-languageserver/node';
import { realpathSync } from '../../kernel/files.js';
import type { Range } from '../../kernel/diagnostic.js';

const BOM = '\uFEFF';

/** Paths of the workspace, as the editor names them: it may have opened it by a symbolic link. */
export class Paths {
  readonly #root: string;
  #shownRoot: string;
  /** URIs of open files, exactly as the editor wrote them. */
  readonly #open = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
    this.#shownRoot = root;
  }

  /** A folder that the editor has open: the workspace or one that contains it. */
  opened(uri: string): void {
    const folder = pathOfUri(uri);
    const real = folder === undefined ? undefined : realPath(folder);
    if (folder === undefined || real === undefined) return;
    const inside = relative(real, this.#root);
    if (!inside.startsWith('..')) this.#shownRoot = join(folder, inside);
  }

  /** `undefined` for what is not in the workspace. */
  pathOf(uri: string): string | undefined {
    const file = pathOfUri(uri);
    if (file === undefined) return undefined;
    const direct = inside(this.#root, file) ?? inside(this.#shownRoot, file);
    const folder = direct === undefined ? realPath(dirname(file)) : undefined;
    const path =
      direct ??
      (folder === undefined
        ? undefined
        : inside(this.#root, join(folder, file.slice(dirname(file).length + 1))));
    return path;
  }

  keep(path: string, uri: string): void {
    this.#open.set(path, uri);
  }

  forget(path: string): void {
    this.#open.delete(path);
  }

  uriOf(path: string): string {
    return this.#open.get(path) ?? pathToFileURL(join(this.#shownRoot, path)).href;
  }
}

function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function inside(root: string, file: string): string | undefined {
  const path = relative(root, file);
  return path === '' || path.startsWith('..') ? undefined : path.split(sep).join('/');
}

/** A text of which the editor may show the byte order mark, or not. */
export type PlacedText = {
  /** With the mark, if the file has one. */
  readonly text: string;
  readonly starts: readonly number[];
  /** Whether the editor counts the mark as a column. */
  readonly countsMark: boolean;
};

/** Editors take the mark away when they open a file, and write it back when they save it. */
export function withMark(shown: string, onDisk: string | undefined): string {
  return onDisk?.startsWith(BOM) === true && !shown.startsWith(BOM) ? BOM + shown : shown;
}

export function toEditor(range: Range, countsMark = false): EditorRange {
  const character = (line: number, column: number): number =>
    Math.max(column - 1, 0) + (countsMark && line === 1 ? 1 : 0);
  return {
    start: { line: Math.max(range.line - 1, 0), character: character(range.line, range.column) },
    end: {
      line: Math.max(range.endLine - 1, 0),
      character: character(range.endLine, range.endColumn),
    },
  };
}

/** The offset in `text` of a place in the editor; the end of the line for one behind it. */
export function offsetOf({ text, starts, countsMark }: PlacedText, position: Position): number {
  const start = starts[position.line];
  if (start === undefined) return text.length;
  const column = position.character - (countsMark && position.line === 0 ? 1 : 0);
  const end = (starts[position.line + 1] ?? text.length + 1) - 1;
  return Math.max(start, Math.min(start + column, end));
}
