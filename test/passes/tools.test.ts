import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { beginPass } from '../../src/passes/host/host-driver.js';
import {
  callerOf,
  requireCapability,
  toolContext,
  type ToolPlace,
} from '../../src/passes/tool-context.js';
import { editTool } from '../../src/tools/edit.js';
import { searchTool } from '../../src/tools/search.js';
import { writeTool } from '../../src/tools/write.js';
import type { Briefed } from '../../src/passes/types.js';
import type { Workspace } from '../../src/workspace/types.js';
import { environment, type Place, placeWithProject, read } from './pass-workspace.js';

const PAGE = 'PROJECTS/pages/outputs/page.md';

async function inPass(place: Place): Promise<{ readonly at: ToolPlace; readonly data: Briefed }> {
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') throw new Error(begun.report.outcome);
  return {
    at: {
      workspace: place.workspace,
      caller: callerOf(place.workspace, { door: 'mcp', token: begun.data.token }),
      signal: new AbortController().signal,
      env: {},
      say: () => undefined,
    },
    data: begun.data,
  };
}

/**
 * Somebody saves the file in the moment between the judgement and the commit, the first `times`
 * times.
 */
function savedMeanwhile(
  workspace: Workspace,
  at: { readonly path: string; readonly times: number; readonly text: (n: number) => string },
): Workspace {
  let n = 0;
  return {
    ...workspace,
    commit(change, options) {
      if (typeof change !== 'function') return workspace.commit(change, options);
      return workspace.commit((snapshot) => {
        const decided = change(snapshot);
        if (n < at.times) writeFileSync(join(workspace.root, at.path), at.text(++n));
        return decided;
      }, options);
    },
  };
}

t.test('an edit keeps what somebody saved between its judgement and its commit', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { at } = await inPass(place);
  await writeTool.run(toolContext(at), { path: PAGE, content: '# Page\n\none\n' });
  const busy = savedMeanwhile(place.workspace, {
    path: PAGE,
    times: 2,
    text: (n) => `# Page\n\none\nsaved ${n}\n`,
  });
  await editTool.run(toolContext({ ...at, workspace: busy }), {
    path: PAGE,
    old_text: 'one',
    new_text: 'two',
  });
  t.equal(read(place, PAGE), '# Page\n\ntwo\nsaved 2\n');
  const hopeless = savedMeanwhile(place.workspace, {
    path: PAGE,
    times: 99,
    text: (n) => `# Page\n\ntwo\nsaved ${n + 10}\n`,
  });
  t.throws(
    () =>
      editTool.run(toolContext({ ...at, workspace: hopeless }), {
        path: PAGE,
        old_text: 'two',
        new_text: 'three',
      }),
    { code: 'CONFLICT' },
  );
  t.match(read(place, PAGE), /two\nsaved 15/, 'and gives up rather than overwrite it');
});

t.test('a pattern that would never end is stopped', async (t) => {
  const place = placeWithProject(t.testdir(), '', {
    files: { 'PROJECTS/pages/long.txt': `${'a'.repeat(60)}!\n` },
  });
  const context = toolContext({
    workspace: place.workspace,
    caller: { kind: 'reader', door: 'mcp' },
    signal: new AbortController().signal,
    env: {},
    say: () => undefined,
  });
  t.throws(() => searchTool.run(context, { pattern: '^(a+)+$', glob: '**/long.txt' }), {
    code: 'BAD_VALUE',
    message: /takes too long/,
  });
  t.match(searchTool.run(context, { pattern: 'A{60}!', glob: '**/long.txt' }), {
    text: `PROJECTS/pages/long.txt:1: ${'a'.repeat(60)}!`,
  });
});

t.test('a runner whose capability is disabled calls no tool', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { data } = await inPass(place);
  const may = (capability: Briefed['capability']) =>
    requireCapability(
      {
        workspace: place.workspace,
        caller: { kind: 'pass', door: 'mcp', data: { ...data, capability } },
      },
      { name: 'write', need: 'project' },
    );
  may('project');
  t.throws(() => may('disabled'), { code: 'REFUSED', message: /capability/ });
  t.match(
    place.workspace.snapshot().records('AUDIT').at(-1)?.fields.get('detail')?.value,
    /capability/,
    'and it is on record',
  );
});
