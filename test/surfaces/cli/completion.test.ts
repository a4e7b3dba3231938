import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { complete } from '../../../src/surfaces/cli/complete.js';
import { wholeCatalogue } from '../../../src/surfaces/cli/added-commands.js';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { callForText } from './run-cli.js';

// A process for each case: on a busy machine the usual half minute is not enough.
t.setTimeout(240_000);

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
const place = (directory: string): Place => {
  const at = placeWithProject(directory, '');
  at.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    ...bundleChanges(snapshot, 'surface_escalation', {
      slug: 'pages',
      reason: 'r',
      priority: 'high',
      question: 'Go on?',
    }),
  }));
  return at;
};
const cases: readonly {
  readonly that: string;
  readonly words: readonly string[];
  readonly candidates: readonly (string | RegExp)[];
}[] = [
  { that: 'a command', words: ['pro'], candidates: ['project', 'prompts'] },
  { that: 'its second word', words: ['project', 're'], candidates: ['resume'] },
  { that: 'a slug', words: ['project', 'pause', ''], candidates: ['pages'] },
  { that: 'an option', words: ['run', 'worker', '--pro'], candidates: ['--project'] },
  {
    that: 'the value of an option',
    words: ['run', 'worker', '--project', ''],
    candidates: ['pages'],
  },
  {
    that: 'the choices of an option',
    words: ['impact', 'SOUL.md', '--format', 'm'],
    candidates: ['mermaid'],
  },
  {
    that: 'an open question, by id or project',
    words: ['approve', ''],
    candidates: [/^N-\d{8}-001$/, 'pages'],
  },
  { that: 'a bundle', words: ['bundle', 'run', 'project_p'], candidates: ['project_pause'] },
  {
    that: 'its arguments that are not there yet',
    words: ['bundle', 'run', 'project_pause', 'slug=pages', ''],
    candidates: ['reason='],
  },
  { that: 'an object of an address', words: ['get', 'PROJ'], candidates: ['PROJECT['] },
  { that: 'a key of an address', words: ['get', 'PROJECT[p'], candidates: ['PROJECT[pages].'] },
  {
    that: 'a field of an address',
    words: ['get', 'PROJECT[pages].mis'],
    candidates: ['PROJECT[pages].mission'],
  },
  { that: 'a protected file', words: ['sign', 'SOU'], candidates: ['SOUL.md'] },
  { that: 'help, without asking for it', words: ['gate', '--he'], candidates: ['--help'] },
  { that: 'nothing that is not for people', words: ['__'], candidates: [] },
  { that: 'nothing after a word that is no command', words: ['frobnicate', ''], candidates: [] },
];

t.test('what can stand at the cursor', async (t) => {
  const catalogue = await wholeCatalogue();
  const here = place(t.testdir());
  for (const { that, words, candidates } of cases) {
    const found = await complete(words, { catalogue, open: () => here.workspace.snapshot() });
    t.equal(found.length, candidates.length, `${that}: nothing else`);
    t.match(found, candidates, that);
    t.equal(
      (await callForText(here, ['__complete', '--', ...words])).text,
      found.length === 0 ? '' : `${found.join('\n')}\n`,
      `${that}, in a process`,
    );
  }
});

t.test('outside a workspace commands are completed all the same', async (t) => {
  const here = place(t.testdir());
  t.equal(
    (await callForText(here, ['__complete', '--', 'project', 'p'], { cwd: '/' })).text,
    'pause\n',
  );
  t.equal(
    (await callForText(here, ['__complete', '--', 'project', 'pause', ''], { cwd: '/' })).text,
    '',
  );
});

t.test('bash completes with the script', async (t) => {
  const here = place(t.testdir());
  const bin = join(here.home, 'nocturne');
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  chmodSync(bin, 0o755);
  const script = `source <(nocturne completion bash)
    try() { COMP_LINE="$1"; COMP_POINT=\${#COMP_LINE}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _nocturne; echo "\${COMPREPLY[*]}"; }
    try "nocturne project pau" nocturne project pau
    try "nocturne project pause " nocturne project pause ""
    try "nocturne bundle run project_pause slug=pages rea" nocturne bundle run project_pause slug = pages rea`;
  const { stdout, stderr, error } = spawnSync('bash', ['-c', script], {
    cwd: here.root,
    encoding: 'utf8',
    env: { PATH: `${here.home}:${process.env['PATH']}`, NOCTURNE_HOME: here.home },
  });
  if (error !== undefined) return t.pass('there is no bash here');
  t.same(stdout.trim().split('\n'), ['pause', 'pages', 'reason='], stderr);
});

t.test('each shell has its script, others are named', async (t) => {
  const here = place(t.testdir());
  t.match((await callForText(here, ['completion', 'zsh'])).text, /^#compdef nocturne/);
  t.match((await callForText(here, ['completion', 'fish'])).text, /complete -c nocturne/);
  t.match(await callForText(here, ['completion', 'tcsh']), {
    exit: 2,
    text: /shells: bash, zsh, fish/,
  });
  t.notMatch((await callForText(here, ['--help'])).text, /__complete/);
});
