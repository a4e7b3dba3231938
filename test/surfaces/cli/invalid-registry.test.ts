/** The commands that help with an invalid REGISTRY.md work, and each says where its error is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callCommand } from './run-cli.js';

t.setTimeout(180_000);

/** Broken in R3, in R1 and as a whole. */
const BROKEN: readonly (readonly [name: string, from: RegExp, to: string])[] = [
  ['a blank line in R3', /^\| `audit\/AUDIT-LOG\.md` \| APPEND/m, '\n$&'],
  ['no separator in R1', /(^\| Object \| Files .*\n)\|-.*\n/m, '$1'],
  ['a conflict of git', /^## R3 Routes$/m, '<<<<<<< HEAD\n$&\n=======\n## Routes\n>>>>>>> laptop'],
];

for (const [name, from, to] of BROKEN)
  t.test(name, async (t) => {
    const place = makeWorkspace(t.testdir());
    const path = join(place.root, 'REGISTRY.md');
    const good = readFileSync(path, 'utf8');
    t.match(good, from);
    writeFileSync(path, good.replace(from, to));
    const validate = await callCommand(place, ['validate']);
    t.equal(validate.exit, 1, 'validate finds something');
    t.match(validate.text.split('\n')[0], /^REGISTRY\.md/, 'and shows the registry first');
    for (const words of [
      ['doctor'],
      ['audit', 'verify'],
      ['audit', 'show'],
      ['status'],
      ['gate'],
    ]) {
      const { text, json } = await callCommand(place, words);
      t.notMatch(json, { error: { code: 'SCHEMA' } }, `${words.join(' ')} works`);
      t.ok(text.length > 0, words.join(' '));
    }
    const upgrade = await callCommand(place, ['upgrade', '--dry-run']);
    t.notMatch(upgrade.json, { error: { code: 'SCHEMA' } }, 'upgrade works');
    const run = await callCommand(place, ['run', 'worker']);
    t.not(run.exit, 0, 'no pass runs');
  });
