/** Which rules and which role fit some files, in which order, and how many a brief has room for. */
import { globMatches } from '../../kernel/glob.js';
import type { RolePage, RulePage } from '../../project/rule-page/rule-page.js';
import { TIERS } from '../../project/rule-page/page-schema.js';
import { isDetected } from './frameworks.js';

/** Framework rules wait for what they name; other rules always apply. */
export function activeRules<T extends Pick<RulePage, 'tier' | 'detect'>>(
  rules: readonly T[],
  detected: ReadonlySet<string>,
): readonly T[] {
  return rules.filter(
    ({ tier, detect }) =>
      tier !== 'framework' ||
      detect.length === 0 ||
      detect.some((sign) => isDetected(sign, detected)),
  );
}

/**
 * @param scopes paths and globs; `contracts/` is a folder with what is in it. Nothing: everywhere.
 * @returns the most specific first: by tier, then by priority.
 */
export function matchRules<T extends Pick<RulePage, 'id' | 'tier' | 'scope' | 'priority'>>(
  rules: readonly T[],
  scopes: readonly string[],
): readonly T[] {
  return rules
    .filter(({ scope }) => scopes.length === 0 || scopes.some((path) => isIn(scope, path)))
    .sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.priority - a.priority);
}

/** The role with the most of the scopes; the first by file if several have as many. */
export function roleFor<T extends Pick<RolePage, 'scope'>>(
  roles: readonly T[],
  scopes: readonly string[],
): T | undefined {
  const count = ({ scope }: T): number => scopes.filter((path) => isIn(scope, path)).length;
  return roles.reduce<T | undefined>(
    (best, role) => (count(role) > (best === undefined ? 0 : count(best)) ? role : best),
    undefined,
  );
}

/** Whole rules that fit, in their order; a rule that is too long leaves its room to later ones. */
export function withinBudget<T>(
  rules: readonly T[],
  budget: number,
  tokensOf: (rule: T) => number,
): { readonly shown: readonly T[]; readonly leftOut: readonly T[] } {
  let left = budget;
  const shown: T[] = [];
  const leftOut: T[] = [];
  for (const rule of rules) {
    const tokens = tokensOf(rule);
    (tokens <= left ? shown : leftOut).push(rule);
    if (tokens <= left) left -= tokens;
  }
  return { shown, leftOut };
}

/** Whether a glob matches a path, as the workspace, its project or its `repo/` names it. */
export function isIn(globs: readonly string[], path: string): boolean {
  const whole = path.endsWith('/') ? `${path}**` : path;
  const names = namesOf(whole);
  return globs.some((glob) => names.some((name) => globMatches(glob, name)));
}

function namesOf(path: string): readonly string[] {
  const [, inProject] = /^PROJECTS\/[^/]+\/(.+)$/.exec(path) ?? [];
  if (inProject === undefined) return [path];
  return inProject.startsWith('repo/')
    ? [path, inProject, inProject.slice('repo/'.length)]
    : [path, inProject];
}
