/** The driver of a plan is killed at any instant, and the owner edits in between. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../../../src/project/field-text.js';
import { livePasses } from '../../../../src/workspace/pass-lock.js';
import type { Place } from '../../../passes/pass-workspace.js';
import { nocturne, placeWithPlan, planOf, planPage, statesOf } from './plan-place.js';
import { childProgram } from '../../../support/child-program.js';

t.setTimeout(3_600_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';
/** `PLAN_KILLS=200` for a long run. */
const KILLS = Number(process.env['PLAN_KILLS'] ?? 20);
const SEED = Number(process.env['PLAN_SEED'] ?? 7);
/** From its first word on. Within this time a driver runs a step or two, or ends. */
const LONGEST_MS = Number(process.env['PLAN_KILL_MS'] ?? 4000);
const CHILD = childProgram('./drive-child.js', import.meta.url);

const appends = (id: string, needs: readonly string[], file: string): string => `
- id: ${id}
  title: Add ${id}
  run: command
  needs: [${needs.join(', ')}]
  command: [sh, -c, "mkdir -p outputs; echo ${id} >> outputs/${file}; sleep 0.4"]
  writes: [outputs/${file}]
`;
/** Two chains that may run at once, and a step after both; each line must be there once. */
const STEPS = [
  appends('a1', [], 'a.txt'),
  appends('a2', ['a1'], 'a.txt'),
  appends('a3', ['a2'], 'a.txt'),
  appends('b1', [], 'b.txt'),
  appends('b2', ['b1'], 'b.txt'),
  appends('b3', ['b2'], 'b.txt'),
  `
- id: both
  title: Join them
  run: command
  needs: [a3, b3]
  command: [sh, -c, "cat outputs/a.txt outputs/b.txt > outputs/both.txt"]
  produces: [outputs/both.txt]
`,
].join('');
const BOTH = 'a1\na2\na3\nb1\nb2\nb3\n';

/** Between 0 and 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const start = ({ root, home }: Place): ChildProcess =>
  spawn(process.execPath, [CHILD, root, home, '2'], { stdio: ['ignore', 'pipe', 'inherit'] });
const speaks = (child: ChildProcess): Promise<unknown> =>
  new Promise((done) => child.stdout?.once('data', done).resume());
const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((done) => child.once('exit', done));
/** What the last driver said, and how it ended. */
const finish = async (place: Place): Promise<string> => {
  const child = start(place);
  const said: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  await ended(child);
  return `${said.join('')}exit ${child.exitCode}`;
};
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const outputs = (place: Place, file: string): string =>
  readFileSync(join(place.root, 'PROJECTS/pages/outputs', file), 'utf8');

/** What an owner does between two drivers: another title for a step, a note below the table. */
function editPage({ root }: Place, mark: number): void {
  const path = join(root, 'PROJECTS/pages/PLAN.md');
  const text = readFileSync(path, 'utf8').replace(
    /title: (Join them.*)$/m,
    `title: Join them ${mark}`,
  );
  writeFileSync(path, `${text.trimEnd()}\n\nNote ${mark}.\n`);
}

/** While the driver works, and in its project. */
function writeNote({ root }: Place, mark: number): void {
  writeFileSync(join(root, 'PROJECTS/pages/note.md'), `# Note ${mark}\n`);
}

/** False: no step is asked about. */
async function answersYes(place: Place): Promise<boolean> {
  const asked = Object.values(statesOf(place)).includes('asked');
  const open = place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .filter(
      (note) => fieldText(note, 'topic').startsWith('plan/') && fieldText(note, 'answer') === '',
    );
  for (const note of open) await nocturne(place, 'answer', note.key ?? '', 'yes');
  return asked && open.length > 0;
}

function stepsThat({ workspace }: Place, event: string): readonly string[] {
  return workspace
    .snapshot()
    .records('PLAN-EVENT')
    .filter((row) => fieldText(row, 'event') === event)
    .map((row) => fieldText(row, 'step'))
    .sort();
}

t.test(
  `killed ${KILLS} times, a plan ends as one that ran without, and nothing is done twice`,
  { skip },
  async (t) => {
    const random = randomFrom(SEED);
    let [kills, round, edits] = [0, 0, 0];
    while (kills < KILLS) {
      const place = placeWithPlan(t.testdir(), planPage(STEPS));
      for (; kills < KILLS; kills++) {
        const child = start(place);
        const gone = ended(child);
        await Promise.race([gone, speaks(child)]);
        await Promise.race([gone, pause(random() * LONGEST_MS)]);
        if (child.exitCode !== null) break;
        if (random() < 0.3) writeNote(place, ++edits);
        child.kill('SIGKILL');
        await gone;
        // An edit of a step that is proved has it run again.
        if (random() < 0.3 && planOf(place).status !== 'done') editPage(place, ++edits);
      }
      const said = [await finish(place)];
      // A step whose runs have died too often is asked about; the owner has it run again.
      while (await answersYes(place)) said.push(await finish(place));
      // A driver that died after the last proof leaves its copy to the next pass.
      await nocturne(place, 'run', 'manager');
      const why = JSON.stringify(statesOf(place));
      t.equal(planOf(place).status, 'done', `${++round}: ${kills} kills, ${edits} edits, ${why}`);
      if (planOf(place).status !== 'done') t.comment(said.join('\n'));
      t.equal(outputs(place, 'both.txt'), BOTH);
      t.same(stepsThat(place, 'proved'), ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'both']);
      const lost = stepsThat(place, 'lost');
      t.comment(`lost: ${lost.join(' ')}`);
      t.same(livePasses(place.root, place.workspace.clock), []);
      const copies = join(place.workspace.state, 'copies');
      t.same(existsSync(copies) ? readdirSync(copies) : [], [], 'no copy is left');
      t.equal((await nocturne(place, 'gate')).exitCode, 0, 'the gate finds nothing');
      place.workspace.close();
    }
  },
);

t.test(
  'a step that must not be repeated is asked about after its run died',
  { skip },
  async (t) => {
    const place = placeWithPlan(
      t.testdir(),
      planPage(`
- id: send
  title: Send the parcel
  run: command
  repeatable: no
  command: [sh, -c, "mkdir -p outputs; while [ ! -f $NOCTURNE_WORKSPACE/memory/go.md ]; do sleep 0.1; done; echo sent > outputs/sent.txt"]
  produces: [outputs/sent.txt]
`),
    );
    const child = start(place);
    const gone = ended(child);
    const isRunning = (): boolean => statesOf(place)['send'] === 'running';
    for (let i = 0; !isRunning() && i < 600; i++) await pause(100);
    await pause(300);
    child.kill('SIGKILL');
    await gone;
    await ended(start(place));
    t.same(statesOf(place), { send: 'asked' });
    t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/sent.txt')));
    const [question] = place.workspace
      .snapshot()
      .records('NOTIFICATION')
      .filter((record) => fieldText(record, 'topic') === 'plan/pages/send');
    t.match(fieldText(question, 'action_needed'), /Run it again\?/);
  },
);
