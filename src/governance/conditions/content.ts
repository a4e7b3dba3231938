/** Conditions about the content of pages: front matter, patterns, links. */
import { defined } from '../../kernel/defined.js';
import { positionAt } from '../../kernel/text-position.js';
import { plural } from '../../kernel/words.js';
import { linksOf } from '../../workspace/links.js';
import {
  countText,
  filesIn,
  inProject,
  inRange,
  noFiles,
  undecided,
  met,
  unmet,
} from './context.js';
import { progressTo } from './distance.js';
import { isEmptyValue } from './entries.js';
import { parseFrontMatter } from './front-matter.js';
import { countMatches } from './regex.js';
import type { ConditionContext, Outcome } from './context.js';
import type { ConditionOf } from '../../project/condition-types.js';
import type { FrontMatterRead } from './front-matter.js';

export function frontmatter(
  condition: ConditionOf<'frontmatter'>,
  context: ConditionContext,
): Outcome {
  const wanted = [
    ...condition.has,
    ...[...condition.equals].map(([name, value]) => `${name} = ${value}`),
    ...[...condition.matches].map(([name, pattern]) => `${name} like ${pattern.source}`),
  ];
  const expected = `front matter of ${condition.in.join(', ')} with ${wanted.join(', ')}`;
  const files = filesIn(context, condition.in);
  if (files.length === 0) return unmet(expected, noFiles(condition.in));
  for (const { path } of files) {
    const read = parseFrontMatter(context.snapshot, path);
    if (read.kind === 'unreadable') return undecided(expected, `${path}: ${read.why}`, path);
    const problem = fault(condition, read);
    if (problem?.error !== undefined)
      return undecided(expected, `${path}: ${problem.error}`, `${path}:${problem.line}`);
    if (problem !== undefined)
      return unmet(
        expected,
        `${inProject(context, path)}: ${problem.found}`,
        `${path}:${problem.line}`,
      );
  }
  return met(expected, `${plural(files.length, 'file')}, all as expected`, files[0]?.path ?? '');
}

type Fault = { readonly found: string; readonly line: number; readonly error?: string };

function fault(
  condition: ConditionOf<'frontmatter'>,
  read: Extract<FrontMatterRead, { kind: 'read' }>,
): Fault | undefined {
  for (const name of condition.has) {
    const value = read.value(name);
    if (isEmptyValue(value?.text.trim()) || value?.text === '[]')
      return { found: `no ${name}`, line: value?.line ?? 1 };
  }
  for (const [name, wanted] of condition.equals) {
    const value = read.value(name);
    if (value?.text !== wanted)
      return {
        found: value === undefined ? `no ${name}` : `${name} = ${value.text}`,
        line: value?.line ?? 1,
      };
  }
  for (const [name, pattern] of condition.matches) {
    const value = read.value(name);
    const matched = countMatches(pattern, value?.text ?? '', { limit: 1 });
    if (matched.kind === 'timed-out')
      return {
        found: '',
        line: value?.line ?? 1,
        error: `the pattern of ${name} took more than ${matched.milliseconds} ms`,
      };
    if (value === undefined || matched.count === 0)
      return {
        found: value === undefined ? `no ${name}` : `${name} = ${value.text}`,
        line: value?.line ?? 1,
      };
  }
  return undefined;
}

/** Counting stops here unless the condition needs more. */
const MOST_MATCHES = 100_000;

/** In all files together, or in every file (`each_file`). */
export function matches(condition: ConditionOf<'matches'>, context: ConditionContext): Outcome {
  const { pattern, count, eachFile } = condition;
  const expected = `${countText(count, 'match', 'matches')} of /${pattern.source}/${pattern.flags} in ${eachFile ? 'each of ' : ''}${condition.in.join(', ')}`;
  const files = filesIn(context, condition.in);
  if (files.length === 0)
    return {
      ...unmet(expected, noFiles(condition.in)),
      ...defined({ progress: eachFile ? undefined : progressTo(count, 0) }),
    };
  let total = 0;
  let where: string | undefined;
  const wrong: Outcome[] = [];
  for (const { path } of files) {
    const doc = context.snapshot.doc(path);
    if (doc === undefined) return undecided(expected, `${path} cannot be read as UTF-8 text`, path);
    const matched = countMatches(pattern, doc.text, {
      limit: Math.max(MOST_MATCHES, ...Object.values(count).map((bound) => bound + 1)),
    });
    if (matched.kind === 'timed-out')
      return undecided(
        expected,
        `the pattern took more than ${matched.milliseconds} ms on ${path}: it backtracks without end; write it without nested repetitions`,
        path,
      );
    const place =
      matched.index < 0
        ? path
        : `${path}:${positionAt({ starts: doc.lineStarts, length: doc.text.length }, matched.index).line}`;
    if (eachFile && !inRange(count, matched.count))
      wrong.push(
        unmet(
          expected,
          `${plural(matched.count, 'match', 'matches')} in ${inProject(context, path)}`,
          place,
        ),
      );
    if (matched.count > 0) where ??= place;
    total += matched.count;
  }
  const found = `${plural(total, 'match', 'matches')} in ${plural(files.length, 'file')}`;
  const [first] = wrong;
  if (first !== undefined)
    return { ...first, progress: { found: files.length - wrong.length, needed: files.length } };
  if (eachFile) return met(expected, found, where ?? files[0]?.path);
  const holds = inRange(count, total);
  return {
    ...met(expected, found, where ?? files[0]?.path),
    holds,
    progress: progressTo(count, total),
  };
}

/** Relative links and their anchors. Web addresses are not checked. */
export function linksResolve(
  condition: ConditionOf<'links_resolve'>,
  context: ConditionContext,
): Outcome {
  const expected = `every link in ${condition.in.join(', ')} to lead somewhere`;
  const files = filesIn(context, condition.in);
  if (files.length === 0) return unmet(expected, noFiles(condition.in));
  let checked = 0;
  let elsewhere = 0;
  for (const { path } of files) {
    const doc = context.snapshot.doc(path);
    if (doc === undefined) return undecided(expected, `${path} cannot be read as UTF-8 text`, path);
    for (const link of linksOf(doc, path, context.snapshot.files)) {
      if (link.path === undefined && link.anchor === undefined) {
        elsewhere++;
        continue;
      }
      checked++;
      const target = link.path ?? path;
      const where = `${path}:${link.line}`;
      if (!exists(context, target))
        return unmet(
          expected,
          `${inProject(context, where)} links to ${link.target}, which does not exist`,
          where,
        );
      if (
        link.anchor !== undefined &&
        link.anchor !== '' &&
        !hasAnchor(context, target, link.anchor)
      )
        return unmet(
          expected,
          `${inProject(context, where)} links to ${link.target}: no such heading`,
          where,
        );
    }
  }
  const aside = elsewhere === 0 ? '' : `, ${elsewhere} outside the workspace not looked at`;
  return met(
    expected,
    `${plural(checked, 'link')} in ${plural(files.length, 'file')}${aside}`,
    files[0]?.path ?? '',
  );
}

function exists(context: ConditionContext, path: string): boolean {
  if (context.snapshot.files.has(path)) return true;
  const folder = path === '.' || path === '' ? '' : `${path}/`;
  for (const file of context.snapshot.files.keys()) if (file.startsWith(folder)) return true;
  return false;
}

/** Anchors follow GitHub's rules. Only markdown files have anchors that can be checked. */
function hasAnchor(context: ConditionContext, path: string, anchor: string): boolean {
  const doc = path.endsWith('.md') ? context.snapshot.doc(path) : undefined;
  if (doc === undefined) return true;
  const seen = new Map<string, number>();
  return doc.headings.some((heading) => {
    const slug = heading.text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const earlier = seen.get(slug) ?? 0;
    seen.set(slug, earlier + 1);
    return (earlier === 0 ? slug : `${slug}-${earlier}`) === anchor.toLowerCase();
  });
}
