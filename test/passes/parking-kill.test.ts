/** A conversation survives kill -9 before every request, parking, and the restart after it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { scriptedOpenai, type SeenRequest } from '../support/scripted-openai.js';
import { answer, callsIn, LIMIT, openQuestions, SAID, writes } from './parking.js';
import { BOXED, chatRunnerAt, placeWithProject, read, runnersPage } from './pass-workspace.js';
import { childProgram } from '../support/child-program.js';

t.setTimeout(300_000);

const CHILD = childProgram('./parking-child.js', import.meta.url);
const PAGE = 'PROJECTS/pages/outputs/page.md';

/** By how many results the conversation has. */
const STEPS = [
  { call: [{ name: 'read', arguments: { path: 'PROJECTS/pages/PHASES.md' } }] },
  writes('page'),
  {
    call: [
      { name: 'edit', arguments: { path: PAGE, old_text: '# Page', new_text: '# Page\n\nMore.' } },
    ],
  },
  writes('other'),
] as const;
const PARKS_AT = 2;

for (const [where, fields] of [
  ['in place', ''],
  ['in a copy', BOXED],
] as const)
  t.test(`each tool call is made once, whenever the machine stops: ${where}`, async (t) => {
    const killed = new Set<number>();
    let [kill, isParked, isAllowed] = [() => undefined as unknown, false, false];
    const server = await scriptedOpenai([
      (request: SeenRequest) => {
        const done = resultsIn(request);
        if (done === PARKS_AT && !isAllowed) {
          isParked = true;
          return LIMIT;
        }
        if (killed.has(done)) return STEPS[done] ?? { say: SAID };
        killed.add(done);
        kill();
        return { hang: 'silent' };
      },
    ]);
    t.teardown(() => server.close());
    const place = placeWithProject(t.testdir(), '', {
      runner: 'boxed',
      stop: '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 4, each_has: [name] }',
      files: {
        'orchestration-os/RUNNERS.md': runnersPage(`${chatRunnerAt(server.endpoint)}${fields}`),
      },
    });
    const outcomes: string[] = [];
    for (let i = 0; i < 20 && !/the page is written/.test(outcomes.at(-1) ?? ''); i++) {
      const child = spawn(process.execPath, [CHILD, place.root, place.home], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      kill = () => child.kill('SIGKILL');
      child.stdout.on('data', (text) => outcomes.push(String(text)));
      await once(child, 'exit');
      if (!isParked || isAllowed || openQuestions(place).length === 0) continue;
      isAllowed = true;
      answer(place, 'yes');
    }
    t.same([...killed], [0, 1, 2, 3, 4], outcomes.join(''));
    t.match(outcomes.at(0), /^parked/);
    const last = server.requests.at(-1);
    t.same(callsIn(last), ['read', 'write', 'edit', 'write']);
    t.equal(resultsIn(last), 4);
    t.equal(read(place, PAGE).split('More.').length, 2, 'what is done once is done once');
    const refusals = place.workspace
      .snapshot()
      .records('AUDIT')
      .filter((row) => fieldText(row, 'type') === 'refusal');
    t.same(refusals, []);
    const project = place.workspace.snapshot().record('PROJECT', 'pages');
    t.equal(fieldText(project, 'phase.status'), 'complete');
  });

function resultsIn(request: SeenRequest | undefined): number {
  return (request?.body.messages ?? []).filter(({ role }) => role === 'tool').length;
}
