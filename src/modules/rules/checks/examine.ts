/** Runs every check of every rule for the changed files, and those of the role of the step. */
import { reasonOf, type RuleFinding } from '../../../governance/rule-finding.js';
import type { ExamineContext, ExaminedChange } from '../../../passes/module.js';
import type { Checks } from '../../../project/rule-page/page-schema.js';
import type { RolePage, RulePage } from '../../../project/rule-page/rule-page.js';
import { isIn } from '../select-rules.js';
import { roleOf, rulesFor } from '../rules-for.js';
import { runCommands } from './commands.js';
import { forbiddenIn, outputLike, requiredIn } from './patterns.js';
import { secretsIn } from './secrets.js';

/** A page, and which of the changes it is for. */
export type Examining = {
  readonly page: Checks & Pick<RulePage, 'id' | 'file'>;
  readonly changes: readonly ExaminedChange[];
  readonly context: ExamineContext;
};

export async function examine(context: ExamineContext): Promise<readonly RuleFinding[]> {
  const { snapshot, project, unit, changes } = context;
  const scopes = [...new Set(changes.map(({ path }) => path))];
  const rules = rulesFor(snapshot, { project, scopes });
  const findings: RuleFinding[] = [];
  for (const rule of rules.rules) {
    const own = changes.filter(({ path }) => isIn(rule.scope, path));
    findings.push(...(await findingsOf(rule, own, context)));
  }
  if (unit === undefined) return findings;
  const role = roleOf(snapshot, unit);
  if (role !== undefined) return [...findings, ...(await findingsOf(role, changes, context))];
  return unit.role === undefined ? findings : [...findings, noRole(unit.role)];
}

async function findingsOf(
  page: RulePage | RolePage,
  changes: readonly ExaminedChange[],
  context: ExamineContext,
): Promise<readonly RuleFinding[]> {
  const examining = { page, changes, context };
  return [
    ...unreadable(page),
    ...secretsIn(examining),
    ...outsideScope(examining),
    ...forbiddenIn(examining),
    ...requiredIn(examining),
    ...outputLike(examining),
    ...(await runCommands(examining)),
  ];
}

/** A check that nobody can read must not let anything through. */
function unreadable({ id, file, problems }: RulePage | RolePage): readonly RuleFinding[] {
  return problems.slice(0, 1).map(({ message, range }) => ({
    effect: 'blocks',
    rule: id,
    source: file,
    message: `its page has a mistake (${message})`,
    file,
    line: range.line,
  }));
}

function outsideScope({ page, changes, context }: Examining): readonly RuleFinding[] {
  const { id, file: source, outside_scope: effect } = page;
  if (effect === undefined) return [];
  const own = new Set(changes.map(({ path }) => path));
  return context
    .refused()
    .filter(({ path }) => own.has(path))
    .slice(0, 1)
    .map((change) => ({ effect, rule: id, source, ...reasonOf(change) }));
}

function noRole(role: string): RuleFinding {
  const message = `there is no role ${role}, so its checks cannot run`;
  return { effect: 'blocks', rule: role, source: '', message };
}
