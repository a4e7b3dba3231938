/** Which failure modes and lessons a brief shows: those that fit the work, each once, on one line. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { rememberedFragments } from '../../src/passes/worker/remembered.js';
import { makeWorkspace } from '../support/make-workspace.js';

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const MODES = `${shipped('orchestration-os/OPS-FAILURE-MODES.md').trimEnd()}

## FM-900 Licences that nobody checked

- **Symptom:** An inventory of packages names licences from memory.
- **Detection:** Compare three of them with the registry.
- **Cause:** The registry of packages was not asked.
- **Fix:** Ask the registry for the licence of each package.
- **Prevention:** Each entry of the inventory names the page of its licence.
- **Severity:** 4
- **Occurrence:** 4
- **Detectability:** 6
- **Status:** open
`;
const lesson = (id: string, observation: string): string => `
## ${id} A lesson

- **Date:** 2026-11-01
- **Kind:** method
- **Observation:** ${observation}
- **Evidence:** It was seen twice.
`;
const ONE = 'Packages of one author often share\n  their licences.';
const LESSONS = `# Lessons
${lesson('L-20261101-001', ONE)}${lesson('L-20261101-002', ONE)}${lesson('L-20261101-003', 'Tides are listed by harbour.')}`;

t.test('a brief shows what fits the work, each once', async (t) => {
  const { workspace } = makeWorkspace(t.testdir(), {
    files: {
      'orchestration-os/OPS-FAILURE-MODES.md': MODES,
      'orchestration-os/AGENTS-LESSONS.md': LESSONS,
    },
  });
  const of = (work: string): readonly string[] =>
    rememberedFragments(workspace.snapshot(), work).map(({ title, text }) => `${title}\n${text}`);
  t.same(of('List the packages of the registry with their licences in one inventory.'), [
    'Known ways to fail\n- FM-900: An inventory of packages names licences from memory. Each entry of the inventory names the page of its licence.',
    'Lessons\n- L-20261101-001: Packages of one author often share their licences.',
  ]);
  t.same(
    of('Look at the sources once, and write a page with each change since the last one.'),
    [],
    'everyday words in common are chance',
  );
  workspace.close();
});
