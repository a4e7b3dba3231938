/** After each edit, `validate` with the cache of the edits before finds what it finds without one. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { makeProjects } from '../../bench/make-large.js';
import { moduleRules } from '../../src/surfaces/cli/module-rules.js';
import { validateCached } from '../../src/validate/cached-validation.js';
import { type Validation, validate } from '../../src/validate/validate-snapshot.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { walk } from '../../src/workspace/walk.js';
import { makeWorkspace } from '../support/make-workspace.js';

const NOW = new Date('2026-11-21T01:30:00Z');
const PROJECTS = 6;
const DISPATCH = 'ACTIVE-PROJECTS.md';

type Edit = (root: string, project: string) => void;

const change =
  (pathOf: (project: string) => string, edit: (text: string, project: string) => string): Edit =>
  (root, project) => {
    const path = join(root, pathOf(project));
    writeFileSync(path, edit(readFileSync(path, 'utf8'), project));
  };
const longrunner = (project: string): string => `PROJECTS/${project}/LONGRUNNER.md`;
const phases = (project: string): string => `PROJECTS/${project}/PHASES.md`;
const dispatch = (): string => DISPATCH;

/** By the rule that sees it; several edits that nothing is wrong with come between them. */
const EDITS: Readonly<Record<string, Edit>> = {
  prose: change(longrunner, (text) => `${text}One more line.\n`),
  'prose above': change(phases, (text) => text.replace('# Phases\n', '# Phases\n\nOne more.\n')),
  'another objective': change(longrunner, (text) =>
    text.replace('the next ten', 'the next twenty'),
  ),
  'reference-unresolved': change(longrunner, (text) =>
    text.replace('model_tier: standard', 'model_tier: unheard-of'),
  ),
  'field-contract': change(dispatch, (text) => text.replace('| 2 |', '| 1 |')),
  'key-unique': change(dispatch, (text, project) =>
    text.replace(
      /\|---.*\|\n/,
      (line) => `${line}| 700 | ${project} | ${longrunner(project)} | survey | paused | - | - |\n`,
    ),
  ),
  'link-broken': change(longrunner, (text) => `${text}\nSee [that](nowhere-to-be-found.md).\n`),
  'phase-graph': change(phases, (text) => text.replace('## survey', '## inspection')),
  'write-scope': change(longrunner, (text) => text.replace('- outputs/**', '- ../../SOUL.md')),
  objective: change(longrunner, (text) =>
    text.replace(/(next_pass:\n {2}objective:) .*/, '$1 null'),
  ),
  suppression: change(
    longrunner,
    (text) => `${text}\n<!-- nocturne-ignore link-broken: it is planned -->\n`,
  ),
  'edge-undeclared': change(
    () => 'MEMORY.md',
    (text, project) => `${text}\nSee [it](${longrunner(project)}).\n`,
  ),
  secret: change(longrunner, (text) => `${text}\nkey = ghp_${'a1B2c3D4'.repeat(4)}abcd\n`),
  'orphan-project': (root, project) =>
    renameSync(join(root, 'PROJECTS', project), join(root, 'PROJECTS', `${project}-b`)),
  'no phases': (root, project) => rmSync(join(root, phases(project))),
  'not-utf8': (root, project) =>
    writeFileSync(join(root, phases(project)), Buffer.from([0x61, 0xff, 0x0a])),
  'another folder': (root, project) => {
    mkdirSync(join(root, 'notes', project), { recursive: true });
    writeFileSync(
      join(root, 'notes', project, 'a.md'),
      `See [it](../../${longrunner(project)}).\n`,
    );
    writeFileSync(join(root, 'notes', project, 'a.bin'), Buffer.from([0, 1, 2]));
  },
  'no project': (root, project) => rmSync(join(root, 'PROJECTS', project), { recursive: true }),
  'symlink-escape': (root, project) => {
    rmSync(join(root, phases(project)));
    symlinkSync('/etc/hostname', join(root, phases(project)));
  },
  registry: change(
    () => 'REGISTRY.md',
    (text) => text.replace('unique where status=active', 'unique'),
  ),
};

/** The workspace as if everything had been written a minute earlier. */
function aged(root: string): Snapshot {
  const files = new Map(
    [...walk(root)].map(([path, entry]) => [path, { ...entry, ctimeMs: entry.ctimeMs - 60_000 }]),
  );
  return openSnapshot(root, { now: NOW, files });
}

function checkCached(root: string, said: string[]): Promise<Validation> {
  return validateCached(aged(root), {
    program: 'test',
    outside: [],
    moduleRules,
    progress: (line) => said.push(line),
  });
}

t.test('with the cache of any edits before, the findings are those of a cold run', async (t) => {
  const seen = new Set<string>();
  const said: string[] = [];
  const orders = fc.sample(fc.shuffledSubarray(Object.keys(EDITS), { minLength: 20 }), {
    numRuns: 2,
    seed: 20_261_121,
  });
  for (const [index, order] of orders.entries()) {
    const { root } = makeWorkspace(t.testdir());
    makeProjects(root, PROJECTS);
    await checkCached(root, said);
    for (const [step, name] of order.entries()) {
      const project = `project-0000${(step + index) % PROJECTS}`;
      try {
        EDITS[name]?.(root, project);
      } catch {
        // An edit before took the file away.
        continue;
      }
      const found = await checkCached(root, said);
      const plain = await validate(aged(root), { moduleRules });
      t.strictSame(found, plain, `${order.slice(0, step + 1).join(', ')} (${project})`);
      for (const { rule } of found.diagnostics) seen.add(rule);
    }
  }
  t.same(said, []);
  const expected = Object.keys(EDITS).filter((name) => name.includes('-'));
  t.same(
    [...expected, 'objective', 'secret'].filter((rule) => !seen.has(rule)),
    [],
    'every edit was noticed',
  );
});
