/**
 * The files that tell git, editors and formatters what to leave alone: a protected page or a log
 * with other line endings or padded tables stops every pass. The owner's own lines stay.
 */
import { globMatches } from '../kernel/glob.js';
import type { Schema } from '../registry/types.js';
import type { ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

const HASHED: ReadonlySet<string> = new Set(['PROTECTED', 'MANIFEST-VERIFY', 'APPEND']);
/** Neither git nor the ignore files have alternatives in patterns. */
const PLAIN = /^[\w./*?-]+$/;
const WHY = '# Nocturne checks these files byte by byte.';

/** @param schema says which files are hashed. */
export function writeToolFiles(existing: ExistingFiles, schema: Schema, draft: PlanDraft): void {
  const hashed = schema.routes
    .filter(({ tier, pattern }) => HASHED.has(tier) && PLAIN.test(pattern))
    .map(({ pattern }) => pattern);
  const patterns = [...new Set(hashed)]
    .filter((path) => !hashed.some((glob) => glob !== path && globMatches(glob, path)))
    .map((pattern) => `/${pattern}`)
    .sort();
  const ignored = [WHY, ...patterns];
  const files: Readonly<Record<string, readonly string[]>> = {
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
  for (const [path, lines] of Object.entries(files)) addLines(existing, { path, lines, draft });
}

/** At the end, because the last matching line of such a file counts. */
function addLines(
  existing: ExistingFiles,
  {
    path,
    lines,
    draft,
  }: { readonly path: string; readonly lines: readonly string[]; readonly draft: PlanDraft },
): void {
  const bytes = existing.bytes(path);
  if (bytes === undefined) {
    if (existing.link(path) === undefined) draft.write(path, `${lines.join('\n')}\n`);
    return;
  }
  const text = existing.text(path);
  if (text === undefined) return;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const present = new Set(text.split(/\r?\n/));
  const isBlock = lines.some((line) => line.startsWith('['));
  const missing =
    isBlock && present.has(lines[1] ?? '')
      ? []
      : lines.filter((line) => isBlock || !present.has(line));
  if (missing.length === 0) return;
  draft.keep(path, bytes);
  const gap = text === '' || text.endsWith('\n') ? '' : end;
  draft.write(path, `${text}${gap}${missing.map((line) => line + end).join('')}`);
  draft.note(path, 'merged', 'your lines stay; Nocturne added the files that it checks');
}
