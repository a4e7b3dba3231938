/** The pages of the rules: what they call bad is found by the rule, what they call good is not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { installedModules } from '../../src/modules/installed.js';
import { INSTALLED_MODULES } from '../support/make-workspace.js';
import { RULES } from '../../src/validate/rules.js';
import { SUPPRESSION } from '../../src/validate/rules/suppression.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { baseFiles, REPOSITORY, snapshotOf } from './base-workspace.js';
import { type Edit, edited } from './edit-workspace.js';
import { examplesOf } from './page-examples.js';
import { sharedFacts } from './shared-facts.js';

/**
 * Their examples would need a key, a signature or a log that grew; they have tests of their own.
 */
const IN_WORDS = new Set([
  'manifest-hash',
  'manifest-signature',
  'protected-set',
  'log-chain',
  'program-changed',
]);

t.setTimeout(120_000);

const BROUGHT = (await installedModules()).flatMap(({ rules = [] }) => rules);

for (const rule of new Set([...[...RULES, ...BROUGHT].map((one) => one.id), SUPPRESSION])) {
  if (IN_WORDS.has(rule)) continue;
  t.test(`the page of ${rule} is right`, async (t) => {
    const { bad, good } = examplesOf(
      readFileSync(join(REPOSITORY, `orchestration-os/rules-reference/${rule}.md`), 'utf8'),
    );
    t.ok(bad.length > 0, 'has a bad example');
    t.ok(good.length > 0, 'has a good example');
    t.ok((await found(bad)).includes(rule), 'the bad example is found');
    t.notOk((await found(good)).includes(rule), 'the good example is not');
  });
}

async function found(edits: readonly Edit[]): Promise<readonly string[]> {
  const snapshot = snapshotOf(edited(baseFiles(), edits).files);
  const diagnostics = await validateSnapshot(snapshot, {
    cache: sharedFacts(snapshot),
    modules: ['memory', ...INSTALLED_MODULES],
    moduleRules: async () => BROUGHT,
  });
  return diagnostics.map((one) => one.rule);
}
