/** The rules and the role for some files, and what of them a brief has room for. */
import { estimateTokens } from '../../agents/compose-prompt.js';
import { fieldInt } from '../../project/field-text.js';
import { ownerNumber } from '../../project/owner-number.js';
import {
  type RolePage,
  rolePages,
  type RulePage,
  rulePages,
} from '../../project/rule-page/rule-page.js';
import type { Snapshot } from '../../workspace/types.js';
import { detectFrameworks, type Folder } from './frameworks.js';
import { type ProjectFiles, projectFiles } from './project-files.js';
import { repositoryRules } from './repository-rules.js';
import { activeRules, matchRules, roleFor, withinBudget } from './select-rules.js';

/** Tokens of rules in a brief, and at most this part of its context. */
const MOST_TOKENS = 2000;
const DEFAULT_CONTEXT = 40_000;
const PART = 10;

export type Selected = {
  /** The most specific first. */
  readonly rules: readonly RulePage[];
  readonly frameworks: readonly string[];
};

export type Sought = {
  /** Without one, the workspace as a whole. */
  readonly project: string | undefined;
  /** Paths and globs, relative to the workspace. */
  readonly scopes: readonly string[];
  readonly files?: ProjectFiles;
};

export function rulesFor(
  snapshot: Snapshot,
  { project, scopes, files = projectFiles(snapshot, project) }: Sought,
): Selected {
  const { folder, paths, text } = files;
  const all = [...rulePages(snapshot), ...repositoryRules(paths, folder, text)];
  const folders = foldersOf(files);
  const frameworks = [...new Set(folders.flatMap(detectFrameworks))];
  const signs = [...new Set(all.flatMap(({ detect }) => detect))];
  const there = signs.filter((sign) => folders.some(({ has }) => has(sign)));
  const active = activeRules(all, new Set([...frameworks, ...there]));
  return { rules: matchRules(active, scopes), frameworks };
}

/** The role that a step names, or else the one that fits what it may write. */
export function roleOf(
  snapshot: Snapshot,
  { role, writes }: { readonly role?: string; readonly writes: readonly string[] },
): RolePage | undefined {
  const roles = rolePages(snapshot);
  return role === undefined ? roleFor(roles, writes) : roles.find(({ id }) => id === role);
}

/** The project, and the repository in it. */
function foldersOf({ folder, text, has }: ProjectFiles): readonly Folder[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return [prefix, `${prefix}repo/`].map((start) => ({
    text: (path) => text(start + path),
    has: (path) => has(start + path),
  }));
}

export type Fitting = {
  readonly shown: readonly RulePage[];
  readonly leftOut: readonly RulePage[];
  readonly budget: number;
};

/** `rule_tokens` of USER.md, and never more than a tenth of what the pass may read. */
export function fitting(
  snapshot: Snapshot,
  rules: readonly RulePage[],
  project: string | undefined,
): Fitting {
  const record = project === undefined ? undefined : snapshot.record('PROJECT', project);
  const context = fieldInt(record, 'next_pass.context_budget') ?? DEFAULT_CONTEXT;
  const budget = Math.min(
    ownerNumber(snapshot, 'rule_tokens', MOST_TOKENS),
    Math.floor(context / PART),
  );
  const told = rules.filter(({ body }) => body !== '');
  return { ...withinBudget(told, budget, tokensOf), budget };
}

export function tokensOf(rule: RulePage): number {
  return estimateTokens(ruleText(rule));
}

/** As a brief has it. */
export function ruleText({ title, body }: RulePage): string {
  return `## Rule: ${title}\n${body}\n`;
}
