/** Lanes of passes: every interleaving ends with what one lane alone would have done. */
import t from 'tap';
import { type LaneMoment, nextMove, runLanes } from '../../src/passes/run-lanes.js';

const MOMENT: LaneMoment = { isOver: false, started: 0, most: 8, working: 0, hasNews: true };
const MOVES: readonly (readonly [string, Partial<LaneMoment>, ReturnType<typeof nextMove>])[] = [
  ['nothing has begun', {}, 'start'],
  ['others are at work', { working: 2 }, 'start'],
  ['it found nothing, and others are at work', { hasNews: false, working: 1 }, 'wait'],
  ['it found nothing, and nobody is at work', { hasNews: false }, 'end'],
  [
    'all passes are given out, and one of them may find nothing',
    { started: 8, working: 1 },
    'wait',
  ],
  ['all passes have ended', { started: 8 }, 'end'],
  ['the time is over while others work', { isOver: true, working: 3 }, 'end'],
];

t.test('what a lane does next', (t) => {
  for (const [when, moment, move] of MOVES) t.equal(nextMove({ ...MOMENT, ...moment }), move, when);
  t.end();
});

/** A project has passes left, and some of its passes give another project work. */
type Project = { passes: number; readonly gives?: string };
type World = Record<string, Project>;
const WORLD = (): World => ({
  a: { passes: 2, gives: 'b' },
  b: { passes: 0, gives: 'c' },
  c: { passes: 1 },
  d: { passes: 3 },
  e: { passes: 1, gives: 'd' },
});

/** Chooses which of the passes at work ends next. */
type Choose = (count: number) => number;

async function play(lanes: number, choose: Choose, most = 50): Promise<readonly string[]> {
  const world = WORLD();
  const log: string[] = [];
  const busy = new Set<string>();
  const atWork: (() => void)[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const night = runLanes({
    lanes,
    most,
    mayStart: () => true,
    async work() {
      const name = Object.keys(world).find(
        (project) => (world[project]?.passes ?? 0) > 0 && !busy.has(project),
      );
      const project = name === undefined ? undefined : world[name];
      if (name === undefined || project === undefined) return 'nothing';
      busy.add(name);
      await new Promise<void>((resolve) => atWork.push(resolve));
      project.passes--;
      const other = project.gives === undefined ? undefined : world[project.gives];
      if (other !== undefined) other.passes++;
      log.push(name);
      busy.delete(name);
      return 'worked';
    },
  });
  let isDone = false;
  void night.then(() => (isDone = true));
  for (await turn(); !isDone; await turn()) {
    const [ended] = atWork.splice(choose(atWork.length), 1);
    ended?.();
  }
  return log;
}

/** By project: the order between projects is what differs. */
const sorted = (log: readonly string[]): readonly string[] => [...log].sort();

t.test('the work done is the same in every order', async (t) => {
  const alone = sorted(await play(1, () => 0));
  t.same(alone, ['a', 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd', 'd', 'd', 'e']);
  const orders: readonly (readonly [string, Choose])[] = [
    ['the first that began ends first', () => 0],
    ['the last that began ends first', (count) => count - 1],
    ['the one in the middle', (count) => count >> 1],
  ];
  for (const lanes of [2, 3, 4, 8])
    for (const [order, choose] of orders)
      t.same(sorted(await play(lanes, choose)), alone, `${lanes} lanes: ${order}`);
  for (let seed = 1; seed <= 200; seed++) {
    let state = seed;
    const random: Choose = (count) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return count === 0 ? 0 : (state >> 8) % count;
    };
    t.same(sorted(await play(1 + (seed % 5), random)), alone, `seed ${seed}`);
  }
});

t.test(
  'never more passes than asked for, and the others wait for one that found nothing',
  async (t) => {
    for (const lanes of [1, 4, 8])
      t.equal((await play(lanes, () => 0, 5)).length, 5, `${lanes} lanes`);
  },
);

t.test('a pass that breaks ends all lanes, and the others finish', async (t) => {
  const log: number[] = [];
  const night = runLanes({
    lanes: 3,
    most: 9,
    mayStart: () => true,
    async work(lane) {
      await new Promise((resolve) => setImmediate(resolve));
      if (lane === 1) throw new Error('the disk is full');
      log.push(lane);
      return 'worked';
    },
  });
  await t.rejects(night, /the disk is full/);
  t.same(new Set(log), new Set([0, 2]));
});
