/** `explain`: the page of a rule, or the facts about a file or an object. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { scopeOf } from '../../../markdown/find-records.js';
import { ruleIds } from '../../../validate/validate-snapshot.js';
import type { Rule } from '../../../validate/rule.js';
import type { Snapshot } from '../../../workspace/types.js';
import { explainFile, explainObject, fileText, objectText } from '../explain-workspace.js';
import { moduleRules } from '../module-rules.js';
import { rulePage } from '../rule-pages.js';
import type { Command, CommandResult, Context } from '../types.js';

export const explain: Command = {
  args: '[what]',
  examples: [
    'nocturne explain',
    'nocturne explain link-broken',
    'nocturne explain ACTIVE-PROJECTS.md',
    'nocturne explain DISPATCH',
  ],
  async run(context, { args: [what] }) {
    if (what === undefined) return list(context, await moduleRules());
    // A page is part of the installation: it can be read without a workspace.
    const page = rulePage(context.packageRoot, what);
    if (page !== undefined) return answer({ kind: 'rule', rule: what, page }, page);
    const snapshot = context.workspace().snapshot();
    const declared = declaredRule(snapshot, what);
    if (declared !== undefined)
      return answer({ kind: 'rule', rule: what, page: declared }, declared);
    const object = snapshot.schema.objects.get(what.replace(/^OBJECT:/, ''));
    if (object !== undefined) {
      const sheet = explainObject(snapshot, object);
      return answer({ kind: 'object', ...sheet }, objectText(sheet));
    }
    const sheet = explainFile(snapshot, what.replace(/^\.\//, ''));
    if (sheet !== undefined) return answer({ kind: 'file', ...sheet }, fileText(sheet));
    const topics = [
      ...ruleIds(snapshot, await moduleRules()),
      ...snapshot.schema.objects.keys(),
      ...snapshot.files.keys(),
    ];
    throw new NocturneError('NOT_FOUND', `there is no rule, file or object called ${what}`, {
      hint: didYouMean(what, topics) ?? 'nocturne explain lists the rules',
    });
  },
};

function list(context: Context, brought: readonly Rule[]): CommandResult {
  const snapshot = context.workspace().snapshot();
  const rules = ruleIds(snapshot, brought);
  const own = new Set(snapshot.schema.rules.map((rule) => rule.id));
  const text = [
    ...rules.filter((id) => !own.has(id)),
    '',
    `Declared in ${snapshot.schema.file}:`,
    ...rules.filter((id) => own.has(id)),
  ].join('\n');
  return answer({ kind: 'rules', rules }, text);
}

/** The section of R6 that declares a rule. */
function declaredRule(snapshot: Snapshot, id: string): string | undefined {
  const rule = snapshot.schema.rules.find((candidate) => candidate.id === id);
  const doc = snapshot.doc(snapshot.schema.file);
  const heading = doc?.headings.find((candidate) => candidate.line === rule?.range.line);
  return doc === undefined || heading === undefined
    ? undefined
    : doc.text.slice(heading.start, scopeOf(doc, heading).end).trim();
}

function answer(json: Readonly<Record<string, unknown>>, text: string): CommandResult {
  return { exit: EXIT.ok, text, json };
}
