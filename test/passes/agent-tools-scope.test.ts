import t from 'tap';
import { approvalsOf } from '../../src/governance/approvals/approval.js';
import type { Capability } from '../../src/governance/types.js';
import { fieldText } from '../../src/project/field-text.js';
import { type AgentCall, agentCalls } from '../support/agent-calls.js';
import { passIn, SECRET_MISSION, twoProjects } from '../support/two-projects.js';
import { environment, read } from './pass-workspace.js';

t.setTimeout(120_000);

const FOREIGN = 'PROJECTS/harbour/LONGRUNNER.md';

/** What each tool says, by capability: a pattern that has to be in it. */
const CASES: readonly (readonly [
  that: string,
  call: (tools: AgentCall) => ReturnType<AgentCall>,
  says: Readonly<Record<Capability, RegExp>>,
])[] = [
  [
    'reads its own file',
    (tools) => tools('read', { path: 'PROJECTS/pages/LONGRUNNER.md' }),
    { disabled: /capability: read needs/, project: /Test one pass/, workspace: /Test one pass/ },
  ],
  [
    'reads a file of another project',
    (tools) => tools('read', { path: FOREIGN }),
    {
      disabled: /capability/,
      project: /^there is no file PROJECTS\/harbour\/LONGRUNNER\.md in the workspace\./,
      workspace: new RegExp(SECRET_MISSION),
    },
  ],
  [
    'reads a shared table',
    (tools) => tools('read', { path: 'ACTIVE-PROJECTS.md' }),
    { disabled: /capability/, project: /^(?![\s\S]*harbour)[\s\S]*pages/, workspace: /harbour/ },
  ],
  [
    'searches',
    (tools) => tools('search', { pattern: 'crates' }),
    {
      disabled: /capability/,
      project: /^Nothing found\.$/,
      workspace: /PROJECTS\/harbour\/outputs\/offer\.md:3/,
    },
  ],
  [
    'queries',
    (tools) => tools('query', { sql: 'SELECT key FROM project ORDER BY key' }),
    { disabled: /capability/, project: /\[\{"key":"pages"\}\]/, workspace: /"harbour".*"pages"/ },
  ],
  [
    'edits a file of another project',
    (tools) =>
      tools('edit', {
        path: 'PROJECTS/harbour/outputs/offer.md',
        old_text: 'Forty',
        new_text: 'Fifty',
      }),
    {
      disabled: /capability/,
      project: /^Refused\. out-of-scope/,
      workspace: /approval: the owner was asked: AP-001/,
    },
  ],
  [
    'writes its output',
    (tools) => tools('write', { path: 'PROJECTS/pages/outputs/second.md', content: '# Second\n' }),
    { disabled: /capability/, project: /^Wrote/, workspace: /^Wrote/ },
  ],
  [
    'runs a program',
    (tools) => tools('run', { command: 'ls outputs' }),
    { disabled: /capability/, project: /first\.md/, workspace: /first\.md/ },
  ],
];

for (const capability of ['disabled', 'project', 'workspace'] as const) {
  t.test(`the agent's own tools with the capability ${capability}`, async (t) => {
    const place = twoProjects(t.testdir(), { capability });
    const tools = agentCalls({ env: environment(place), pass: await passIn(place) });
    for (const [that, call, says] of CASES)
      t.match((await call(tools)).text, says[capability], that);
    if (capability === 'disabled')
      t.equal(
        place.workspace
          .snapshot()
          .records('AUDIT')
          .filter((row) => fieldText(row, 'type') === 'refusal').length,
        CASES.length,
        'each refusal is on record',
      );
  });
}

t.test('what is not seen and what is not there are refused in the same words', async (t) => {
  const place = twoProjects(t.testdir());
  const tools = agentCalls({ env: environment(place), pass: await passIn(place) });
  const texts = await Promise.all(
    ['offer.md', 'other.md'].map(async (name) =>
      (
        await tools('edit', {
          path: `PROJECTS/harbour/outputs/${name}`,
          old_text: 'Forty',
          new_text: 'Fifty',
        })
      ).text.replaceAll(name, 'NAME'),
    ),
  );
  t.equal(texts[0], texts[1]);
  const read = await Promise.all(
    ['offer.md', 'other.md'].map(async (name) =>
      (await tools('read', { path: `PROJECTS/harbour/outputs/${name}` })).text.replaceAll(
        name,
        'NAME',
      ),
    ),
  );
  t.equal(read[0], read[1]);
});

t.test('an edit of a shared file keeps what the pass does not see', async (t) => {
  const place = twoProjects(t.testdir());
  const tools = agentCalls({ env: environment(place), pass: await passIn(place) });
  const path = 'memory/2026-11-20.md';
  t.match(
    (await tools('edit', { path: path, old_text: 'Nothing yet.', new_text: 'One page.' })).text,
    /AP-001/,
  );
  const [asked] = approvalsOf(place.workspace.snapshot()).values();
  t.equal(asked?.target, path);
  const { takeApproval } = await import('../../src/passes/approvals/take-approval.js');
  t.match(
    takeApproval(
      { workspace: place.workspace, actor: { kind: 'owner', name: 'owner' } },
      { id: 'AP-001', isApproved: true, question: '' },
    ),
    { kind: 'done' },
  );
  t.match(read(place, path), /forty crates[\s\S]*One page\./);
});
