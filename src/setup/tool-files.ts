/**
 * The files that tell git, editors and formatters what to leave alone: a protected page or a log
 * with other line endings or padded tables stops every pass. The owner's own lines stay.
 */
import { globMatches } from '../kernel/glob.js';
import type { Schema } from '../registry/types.js';

const HASHED: ReadonlySet<string> = new Set(['PROTECTED', 'MANIFEST-VERIFY', 'APPEND']);
/** Neither git nor the ignore files have alternatives in patterns. */
const PLAIN = /^[\w./*?-]+$/;
const WHY = '# Nocturne checks these files byte by byte.';

export const TOOL_FILE_MERGED = 'your lines stay; Nocturne added the files that it checks';

/** `text`: the whole new content. */
export type ToolFile = { readonly path: string; readonly text: string };

/**
 * The tool files that lack lines of Nocturne's.
 * @param schema says which files are hashed.
 * @param textOf `undefined`: there is no such file. `'foreign'`: a link, or not UTF-8; it stays.
 */
export function toolFiles(
  schema: Schema,
  textOf: (path: string) => { readonly text: string } | 'foreign' | undefined,
): readonly ToolFile[] {
  return Object.entries(linesByFile(schema)).flatMap(([path, lines]): ToolFile[] => {
    const current = textOf(path);
    if (current === undefined) return [{ path, text: `${lines.join('\n')}\n` }];
    const text = current === 'foreign' ? undefined : withLines(current.text, lines);
    return text === undefined ? [] : [{ path, text }];
  });
}

function linesByFile(schema: Schema): Readonly<Record<string, readonly string[]>> {
  const hashed = schema.routes
    .filter(({ tier, pattern }) => HASHED.has(tier) && PLAIN.test(pattern))
    .map(({ pattern }) => pattern);
  const patterns = [...new Set(hashed)]
    .filter((path) => !hashed.some((glob) => glob !== path && globMatches(glob, path)))
    .map((pattern) => `/${pattern}`)
    .sort();
  const ignored = [WHY, ...patterns];
  return {
    // Journal, stored objects and caches do not belong in git.
    '.gitignore': ['.nocturne/'],
    '.gitattributes': [WHY, ...patterns.map((pattern) => `${pattern} -text`)],
    '.prettierignore': ignored,
    '.markdownlintignore': ignored,
    '.editorconfig': [
      WHY,
      `[{${patterns.map((pattern) => pattern.slice(1)).join(',')}}]`,
      'end_of_line = unset',
      'insert_final_newline = unset',
      'trim_trailing_whitespace = unset',
      'charset = unset',
    ],
  };
}

/** At the end, because the last matching line of such a file counts. */
function withLines(text: string, lines: readonly string[]): string | undefined {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const present = new Set(text.split(/\r?\n/));
  const isBlock = lines.some((line) => line.startsWith('['));
  const missing =
    isBlock && present.has(lines[1] ?? '')
      ? []
      : lines.filter((line) => isBlock || !present.has(line));
  if (missing.length === 0) return undefined;
  const gap = text === '' || text.endsWith('\n') ? '' : end;
  return `${text}${gap}${missing.map((line) => line + end).join('')}`;
}
