/** `rules list`, `rules match`. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { type RulePage, rulePages } from '../../../project/rule-page/rule-page.js';
import type { ModuleCommand } from '../../types.js';
import { checksOf, problemsOf } from '../describe-checks.js';
import { fitting, roleOf, rulesFor, tokensOf } from '../rules-for.js';

export const rulesList: ModuleCommand = {
  summary: 'list the rules, with what each checks',
  forAgents: 'project',
  examples: ['nocturne rules list', 'nocturne rules list --json'],
  run(context) {
    const rules = rulePages(context.workspace().snapshot());
    return {
      exit: EXIT.ok,
      text:
        rules.length === 0
          ? 'There are no rules. docs/RULES.md says how to write one.'
          : rules.map(lineOf).join('\n'),
      json: { rules: rules.map(jsonOf) },
    };
  },
};

export const rulesMatch: ModuleCommand = {
  summary: 'show the rules and the role for files, and which a brief has room for',
  forAgents: 'project',
  args: '<paths...>',
  examples: ['nocturne rules match PROJECTS/shop/repo/src/cart.ts', 'nocturne rules match src/'],
  run(context, { args }) {
    const snapshot = context.workspace().snapshot();
    const outside = args.find((path) => path.startsWith('/') || path.split('/').includes('..'));
    if (outside !== undefined)
      throw new NocturneError('USAGE', `"${outside}" is not relative to the workspace`);
    const scopes = args.map((path) => path.replace(/^(?:\.\/)+/, ''));
    const [project] = scopes.flatMap((path) => /^PROJECTS\/([^/]+)\//.exec(path)?.[1] ?? []);
    const { rules, frameworks } = rulesFor(snapshot, { project, scopes });
    const role = roleOf(snapshot, { writes: scopes });
    const { shown, leftOut, budget } = fitting(snapshot, rules, project);
    const room = `${plural(shown.length, 'rule', 'rules')} in the brief, of ${budget} tokens`;
    const left = leftOut.map(({ id }) => id).join(', ');
    return {
      exit: EXIT.ok,
      text: [
        ...rules.map(lineOf),
        '',
        left === '' ? `${room}.` : `${room}; left out: ${left}. All of them are checked.`,
        ...(role === undefined ? [] : [`Role: ${role.id} (${role.file})`]),
        ...(frameworks.length === 0 ? [] : [`Frameworks: ${frameworks.join(', ')}`]),
      ].join('\n'),
      json: {
        paths: scopes,
        rules: rules.map((rule) => ({ ...jsonOf(rule), in_brief: shown.includes(rule) })),
        left_out: leftOut.map(({ id }) => id),
        token_budget: budget,
        role: role?.id ?? null,
        frameworks,
      },
    };
  },
};

function lineOf(rule: RulePage): string {
  const { id, tier, priority, scope, problems } = rule;
  const wrong = problems.length === 0 ? '' : `  ${plural(problems.length, 'error', 'errors')}`;
  const checks = checksOf(rule).join('; ');
  return `${id.padEnd(20)} ${tier.padEnd(9)} ${String(priority).padStart(3)}  ${scope.join(', ')}${checks === '' ? '' : `  ${checks}`}${wrong}`;
}

function jsonOf(rule: RulePage): Readonly<Record<string, unknown>> {
  const { id, title, tier, priority, scope, detect, file } = rule;
  return {
    id,
    title,
    tier,
    priority,
    scope,
    detect,
    file,
    checks: checksOf(rule),
    tokens: tokensOf(rule),
    problems: problemsOf(rule),
  };
}
