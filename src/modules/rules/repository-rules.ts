/**
 * What the repository of a project says to agents, read as rules of the project: its pages of
 * instructions and `.cursor/rules`. It is text of the repository, so a brief quotes it as data, and
 * it brings no checks.
 */
import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { INSTRUCTION_PAGES } from '../../hosts/instruction-pages.js';
import { scan } from '../../markdown/scan.js';
import { isMapping } from '../../project/condition-read.js';
import { readRulePage, type RulePage } from '../../project/rule-page/rule-page.js';

const CURSOR = /^(.*\/)?\.cursor\/rules\/(?:.*\/)?[^/]+\.mdc$/;
/** More text is nobody's rule. */
const LONGEST = 64 * 1024;

/** @param files of the workspace. @param folder of the project. */
export function repositoryRules(
  files: Iterable<string>,
  folder: string,
  text: (path: string) => string | undefined,
): readonly RulePage[] {
  const inside = [...files].filter((path) => path.startsWith(`${folder}/`));
  return inside.flatMap((file) => {
    const cursor = CURSOR.exec(file);
    if (cursor === null && !INSTRUCTION_PAGES.test(file)) return [];
    const found = text(file);
    if (found === undefined || found.trim() === '' || found.length > LONGEST) return [];
    const rule = { ...readRulePage(file, ''), id: file, title: file, tier: 'project' as const };
    return [
      cursor === null
        ? { ...rule, scope: [`${posix.dirname(file)}/**`], body: found.trim() }
        : { ...rule, ...cursorRule(found, cursor[1] ?? '') },
    ];
  });
}

/** Without globs it is for everything of its repository. */
function cursorRule(text: string, folder: string): Pick<RulePage, 'scope' | 'body'> {
  const doc = scan(text);
  const { frontMatter } = doc;
  const body = text.slice(frontMatter?.end ?? 0).trim();
  const source = text.slice(frontMatter?.contentStart ?? 0, frontMatter?.contentEnd ?? 0);
  const globs = globsIn(source);
  return { scope: globs.length === 0 ? [`${folder}**`] : globs.map((glob) => folder + glob), body };
}

/** The editor writes `globs: *.ts,*.tsx`, which is not YAML where a glob begins with `*`. */
function globsIn(source: string): readonly string[] {
  const parsed = parseDocument(source, { logLevel: 'silent' });
  const data: unknown = parsed.errors.length > 0 ? undefined : parsed.toJS({ maxAliasCount: 0 });
  const listed = isMapping(data) ? data['globs'] : undefined;
  const written = Array.isArray(listed)
    ? listed.map(String)
    : (/^globs:[ \t]*(.*)$/m.exec(source)?.[1] ?? '').split(',');
  return written
    .map((glob) => glob.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((glob) => glob !== '')
    .map((glob) => (glob.includes('/') ? glob : `**/${glob}`));
}
