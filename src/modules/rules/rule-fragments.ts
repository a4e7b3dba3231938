/** The rules and the role of a pass, as its brief has them. */
import type { Fragment } from '../../agents/types.js';
import { isProtected } from '../../integrity/protected-files.js';
import { sha256 } from '../../kernel/hash.js';
import { globMatches, isLiteral } from '../../kernel/glob.js';
import type { FragmentContext } from '../../passes/module.js';
import { dataFragment } from '../../passes/worker/data-fragment.js';
import type { RolePage, RulePage } from '../../project/rule-page/rule-page.js';
import type { Snapshot } from '../../workspace/types.js';
import { projectFiles } from './project-files.js';
import { fitting, roleOf, rulesFor, ruleText } from './rules-for.js';

/** Paths of one scope: a rule for one of them is a rule for the pass. */
const MOST_PATHS = 2000;

export function ruleFragments(context: FragmentContext): readonly Fragment[] {
  const { snapshot, project, unit, writes } = context;
  const files = projectFiles(snapshot, project);
  const scopes = [...writes, ...matching(files.paths, writes)];
  const { rules } = rulesFor(snapshot, { project, scopes, files });
  const { shown, leftOut } = fitting(snapshot, rules, project);
  const role = unit === undefined ? undefined : roleOf(snapshot, unit);
  return [
    ...(role === undefined
      ? []
      : [fragmentOf(snapshot, role, `Role: ${role.title}`, roleText(role))]),
    ...shown.map((rule) => fragmentOf(snapshot, rule, `Rule: ${rule.title}`, ruleText(rule))),
    ...(leftOut.length === 0 ? [] : [leftOutFragment(leftOut)]),
  ];
}

/** What is there already shows which kinds of files a pass works on. */
function matching(paths: readonly string[], writes: readonly string[]): readonly string[] {
  const globs = writes.filter((glob) => !isLiteral(glob));
  const found: string[] = [];
  for (const path of paths) {
    if (found.length >= MOST_PATHS) break;
    if (globs.some((glob) => globMatches(glob, path))) found.push(path);
  }
  return found;
}

/** The owner has signed their own pages; the text of a repository stays a quotation. */
function fragmentOf(
  snapshot: Snapshot,
  { file }: Pick<RulePage, 'file'>,
  title: string,
  text: string,
): Fragment {
  const trust = isProtected(snapshot.schema, file) ? 'instruction' : 'data';
  return { title, source: file, sha256: sha256(text), text, trust };
}

function roleText({ title, responsibilities, must_not: mustNot, body }: RolePage): string {
  const list = (heading: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [heading, ...items.map((item) => `- ${item}`)];
  return [
    `## Your role: ${title}`,
    ...(body === '' ? [] : [body]),
    ...list('You are responsible for this:', responsibilities),
    ...list('You must not do this:', mustNot),
    '',
  ].join('\n');
}

function leftOutFragment(rules: readonly RulePage[]): Fragment {
  const lines = rules.map(({ title, file }) => `- ${title}: ${file}`);
  const text = `These rules apply as well and are checked, but did not fit. Read their pages:\n${lines.join('\n')}`;
  return dataFragment('Rules that are left out', 'orchestration-os/rules', text);
}
