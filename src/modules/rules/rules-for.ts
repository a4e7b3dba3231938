/** The rules and the role for some files, and what of them a brief has room for. */
import { estimateTokens } from '../../agents/compose-prompt.js';
import { existsSync } from '../../kernel/files.js';
import { fieldInt } from '../../project/field-text.js';
import { ownerNumber } from '../../project/owner-number.js';
import { projectDirectory } from '../../project/project-directory.js';
import {
  type RolePage,
  rolePages,
  type RulePage,
  rulePages,
} from '../../project/rule-page/rule-page.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Snapshot } from '../../workspace/types.js';
import { detectFrameworks, type Folder } from './frameworks.js';
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
};

export function rulesFor(snapshot: Snapshot, { project, scopes }: Sought): Selected {
  const folder = project === undefined ? '' : projectDirectory(snapshot, project);
  const all = [
    ...rulePages(snapshot),
    ...repositoryRules(snapshot.files.keys(), folder, (path) => snapshot.text(path)),
  ];
  const frameworks = frameworksIn(snapshot, folder);
  const signs = new Set(all.flatMap(({ detect }) => detect));
  const there = [...signs].filter((sign) =>
    foldersOf(snapshot, folder).some(({ has }) => has(sign)),
  );
  return {
    rules: matchRules(activeRules(all, new Set([...frameworks, ...there])), scopes),
    frameworks,
  };
}

/** The role that a step names, or else the one that fits what it may write. */
export function roleOf(
  snapshot: Snapshot,
  { role, writes }: { readonly role?: string; readonly writes: readonly string[] },
): RolePage | undefined {
  const roles = rolePages(snapshot);
  return role === undefined ? roleFor(roles, writes) : roles.find(({ id }) => id === role);
}

/** Of the project, and of the repository in it. */
function frameworksIn(snapshot: Snapshot, folder: string): readonly string[] {
  return [...new Set(foldersOf(snapshot, folder).flatMap(detectFrameworks))];
}

function foldersOf(snapshot: Snapshot, folder: string): readonly Folder[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return [prefix, `${prefix}repo/`].map((start) => ({
    text: (path) => snapshot.text(start + path),
    has: (path) =>
      snapshot.files.has(start + path) || existsSync(within(snapshot.root, start + path)),
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
