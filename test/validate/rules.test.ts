/**
 * Every rule with what it finds, at the exact place, what it lets pass, and what its fix makes of
 * it.
 */
import t from 'tap';
import { installedModules } from '../../src/modules/installed.js';
import { INSTALLED_MODULES } from '../support/make-workspace.js';
import type { Diagnostic } from '../../src/kernel/diagnostic.js';
import { applyFixes } from '../../src/validate/apply-fixes.js';
import { RULES } from '../../src/validate/rules.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { baseFiles, type Files, snapshotOf, text } from './base-workspace.js';
import { edited, placeText, textOf } from './edit-workspace.js';
import { PLAN_CASES } from './plan-rule-cases.js';
import { PROJECT_CASES } from './project-rule-cases.js';
import { sharedFacts } from './shared-facts.js';
import { CASES } from './rule-cases.js';

/**
 * Rules with a file of cases of their own (gate-rules.test.ts): they need keys, anchors and
 * signatures.
 */
const ELSEWHERE = new Set([
  'protected-set',
  'manifest-hash',
  'manifest-signature',
  'log-chain',
  'program-changed',
]);
const BROUGHT = (await installedModules()).flatMap(({ rules = [] }) => rules);
const ALL = [...CASES, ...PROJECT_CASES, ...PLAN_CASES];

t.setTimeout(120_000);

async function check(files: Files): Promise<readonly Diagnostic[]> {
  const snapshot = snapshotOf(files);
  const found = await validateSnapshot(snapshot, {
    modules: INSTALLED_MODULES,
    moduleRules: async () => BROUGHT,
    cache: sharedFacts(snapshot),
  });
  return found.filter((one) => !ELSEWHERE.has(one.rule));
}

t.test('the base workspace has no finding', async (t) => {
  t.same((await check(baseFiles())).map(line), []);
});

for (const one of ALL) {
  t.test(`${one.rule}: ${one.name}`, async (t) => {
    const { files, marks } = edited(baseFiles(), one.edits);
    const found = await check(files);
    t.same(found.map(line).sort(), expected(one.finds, marks, found).sort());
    if (one.says !== undefined)
      t.ok(
        found.some((each) =>
          `${each.message} ${each.hint ?? ''} ${each.actual ?? ''}`.includes(one.says ?? ''),
        ),
        `says ${one.says}`,
      );
    const fixes = found.flatMap((each) => each.fix ?? []);
    t.equal(fixes.length > 0, one.fixed !== undefined, 'fixable or not');
    if (one.fixed === undefined) return;
    const [path, content] = one.fixed;
    const repaired = applyFixes(textOf(files, path), fixes);
    t.ok(repaired.includes(content), repaired);
    t.same((await check(new Map(files).set(path, text(repaired)))).map(line), []);
  });
}

t.test('every rule has a case that is found and one that is not', async (t) => {
  for (const { id } of [...RULES, ...BROUGHT]) {
    if (ELSEWHERE.has(id)) continue;
    t.ok(
      ALL.some((one) => one.rule === id && one.finds.length > 0),
      `${id}: found`,
    );
    t.ok(
      ALL.some((one) => one.rule === id && one.finds.length === 0),
      `${id}: not found`,
    );
  }
});

function line(diagnostic: Diagnostic): string {
  return `${placeText(diagnostic.range)} ${diagnostic.severity} ${diagnostic.rule}`;
}

/** Marks in their order; `@ same` is the mark before; `@ *` any place. */
function expected(
  finds: readonly string[],
  marks: readonly string[],
  found: readonly Diagnostic[],
): string[] {
  let next = 0;
  const left = [...found];
  return finds.map((find) => {
    const [what = '', place] = find.split(' @ ');
    const at = left.findIndex((one) => `${one.severity} ${one.rule}` === what);
    const any = left[at];
    left.splice(at, at < 0 ? 0 : 1);
    if (place !== '*')
      return `${place === undefined ? marks[next++] : place === 'same' ? marks[next - 1] : place} ${what}`;
    return any === undefined ? `anywhere ${what}` : line(any);
  });
}
