/** `Max uses: 1` of each class: used once and on record, refused and on record the second time. */
import t from 'tap';
import { authorise } from '../../src/project/preapproval.js';
import { useOfPreapproval } from '../../src/governance/preapproval-use.js';
import { nightProgress } from '../../src/passes/manager/briefing-results.js';
import { projectHistory } from '../../src/passes/project-history.js';
import { judge } from '../../src/passes/door.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { ACTION_CLASSES } from '../../src/project/preapproval-limits.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import {
  environment,
  type Place,
  placeWithProject,
  REPORT,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(300_000);

function granted(actionClass: string, ids: readonly string[] = ['PA-001']): string {
  const records = ids.map(
    (id) => `## ${id} Once

- **Action class:** ${actionClass}
- **Max uses:** 1
- **Expires:** 2999-01-01T00:00:00Z
- **Status:** ${id === 'PA-001' ? 'active' : 'inactive'}

\`\`\`yaml scope
- "${id === 'PA-001' ? '**' : 'other/**'}"
\`\`\`

\`\`\`yaml boundary
[]
\`\`\`
`,
  );
  return `# Pre-approvals\n\n${records.join('\n')}`;
}

const uses = ({ workspace }: Place): readonly string[] =>
  workspace
    .snapshot()
    .records('INVOCATION')
    .map((row) => ['id', 'action_class', 'result'].map((field) => fieldText(row, field)).join(' '));

async function pass(place: Place): Promise<number> {
  return (await worker(environment(place), { role: 'worker' })).exit;
}

t.test('writing outside the project', async (t) => {
  const place = placeWithProject(t.testdir({}), `${WRITES_PAGE}${REPORT}`, {
    writes: '["outputs/**", "/reports/**"]',
    stop: '- file_exists: outputs/never.md',
    files: { 'orchestration-os/OPS-PREAPPROVAL.md': granted('file-write-extended') },
  });
  await pass(place);
  t.same(uses(place), ['PA-001-INV-001 file-write-extended authorised']);
  t.equal(await pass(place), 5, 'the second pass is refused');
  t.same(uses(place).slice(1), ['PA-001-INV-002 file-write-extended refused']);
});

t.test('the next phase without a question', async (t) => {
  const phase = (name: string, next: string): string =>
    `## ${name}\n\n- **Objective:** Write the page.\n- **Successors:** ${next}\n\n\`\`\`yaml stop_condition\n- file_exists: outputs/page.md\n\`\`\`\n`;
  const another =
    "writeFileSync('outputs/' + process.env.NOCTURNE_RUN + '.md', '# Page of ' + process.env.NOCTURNE_RUN);\n";
  const place = placeWithProject(t.testdir({}), `${WRITES_PAGE}${another}${REPORT}`, {
    stop: '- file_exists: outputs/page.md',
    files: {
      'PROJECTS/pages/PHASES.md': `# Phases\n\n${phase('write', 'review')}\n${phase('review', 'publish')}\n${phase('publish', '')}`,
      'orchestration-os/OPS-PREAPPROVAL.md': granted('phase-auto-advance'),
    },
  });
  const phaseNow = (): string =>
    fieldText(place.workspace.snapshot().record('PROJECT', 'pages'), 'phase.name');
  await pass(place);
  t.same([phaseNow(), ...uses(place)], ['review', 'PA-001-INV-001 phase-auto-advance authorised']);
  const snapshot = place.workspace.snapshot();
  t.match(nightProgress(snapshot), [{ phase: 'review', text: '', done: 0 }]);
  const course = snapshot
    .records('PROJECT')
    .flatMap((project) => projectHistory(snapshot, project, snapshot.records('RUN')).course);
  t.match(course, [{ distance: 0 }], 'how far the old phase came is known all the same');
  await pass(place);
  t.same(uses(place).slice(1), ['PA-001-INV-002 phase-auto-advance refused']);
  t.equal(phaseNow(), 'review', 'the owner is asked');
});

t.test('a command beyond the tool registry', async (t) => {
  for (const scope of ['**', 'PROJECTS/other/**']) {
    const page = granted('command-extended').replace('"**"', `"${scope}"`);
    const place = placeWithProject(t.testdir({}), '', {
      files: { 'orchestration-os/OPS-PREAPPROVAL.md': page },
    });
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    const run = (command: string) =>
      judge(place.workspace, begun.data, {
        door: 'test',
        actions: [{ kind: 'exec', command }],
        cwd: 'PROJECTS/pages',
      });
    const isGranted = scope === '**';
    t.equal(run('stranger 1 > ../../SOUL.md').verdict, 'deny', 'nothing else that is forbidden');
    t.same(uses(place), [], 'and that is no use');
    t.match(run('stranger 1'), {
      verdict: isGranted ? 'allow' : 'deny',
      ...(isGranted ? { command: /stranger/ } : { text: /PA-001 scope: PROJECTS\/pages/ }),
    });
    t.equal(run('stranger 1').verdict, 'deny', 'the second time');
    t.same(uses(place), [
      `PA-001-INV-001 command-extended ${isGranted ? 'authorised' : 'refused'}`,
      'PA-001-INV-002 command-extended refused',
    ]);
  }
});

t.test('what each class leaves on record', async (t) => {
  for (const actionClass of ACTION_CLASSES) {
    const place = placeWithProject(t.testdir({}), '', {
      files: {
        'orchestration-os/OPS-PREAPPROVAL.md': granted(actionClass, ['PA-002', 'PA-001']),
      },
    });
    const results = [1, 2].map(() => {
      const snapshot = place.workspace.snapshot();
      const permission = authorise(snapshot, { actionClass, targets: ['ACTIVE-PROJECTS.md'] });
      const call = useOfPreapproval(snapshot, {
        runId: 'RUN-20261121-001',
        actionClass,
        target: 'ACTIVE-PROJECTS.md',
        permission,
      });
      place.workspace.commit({
        actor: { kind: 'owner', name: 'owner' },
        runId: 'RUN-20261121-001',
        reason: 'a use',
        bundle: 'pa_invoke',
        ...bundleChanges(snapshot, call?.name ?? '', call?.args ?? {}),
      });
      return permission.allowed;
    });
    t.same(results, [true, false], actionClass);
    t.same(
      uses(place),
      [`PA-001-INV-001 ${actionClass} authorised`, `PA-001-INV-002 ${actionClass} refused`],
      'the refusal is on record against the one that lacked least',
    );
  }
});
