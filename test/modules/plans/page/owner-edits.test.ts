/** What an owner's edit of the page means, for each kind of edit at each status of a plan. */
import t from 'tap';
import {
  approved,
  edit,
  editState,
  eventsOf,
  failed,
  happen,
  type Happening,
  pageOf,
  placeWithPage,
  proved,
  read,
  shownOf,
  started,
  stateOf,
  takeInEdits,
} from './page-place.js';
import type { Place } from '../../../passes/pass-workspace.js';

t.setTimeout(300_000);

const ALL = ['survey', 'write', 'publish'];
const done = ALL.flatMap((step) => [started(step), proved(step)]);

/** How a plan gets there; a draft has no event. */
const STATUSES: Readonly<Record<string, readonly Happening[]>> = {
  draft: [],
  approved: [approved],
  running: [approved, started('survey'), proved('survey'), started('write')],
  paused: [approved, started('survey'), proved('survey'), { kind: 'paused' }],
  done: [approved, ...done],
  failed: [approved, ...done.slice(0, 4), started('publish'), failed('publish')],
  aborted: [approved, started('survey'), proved('survey'), { kind: 'aborted' }],
};

type Edit = (place: Place) => void;
const toStatus =
  (status: string): Edit =>
  (place) =>
    edit(place, /^status: \w+$/m, `status: ${status}`);
const toState =
  (step: string, state: string): Edit =>
  (place) =>
    editState(place, step, state);
const objective: Edit = (place) => edit(place, 'Look around.', 'Look again.');
const moreSteps: Edit = (place) =>
  edit(place, '  - id: publish\n', '  - id: check\n    needs: write\n  - id: publish\n');
const fewerSteps: Edit = (place) => {
  edit(place, /^ {2}- id: publish\n.*\n.*\n/m, '');
  edit(place, /^\| publish .*\n/m, '');
};

/** What comes of it: the plan, or the place and the beginning of the problem. */
const EDITS: readonly {
  readonly name: string;
  readonly edit: Edit;
  readonly becomes: Readonly<Record<string, string>>;
}[] = [
  {
    name: 'status: approved',
    edit: toStatus('approved'),
    becomes: {
      draft: 'approved: survey ready, write waiting, publish waiting',
      running: '3: a plan that is running cannot become approved by hand',
      paused: 'running: survey proved, write ready, publish waiting',
      done: '3: a plan that is done cannot become approved by hand',
      failed: '3: a plan that has failed cannot become approved by hand',
      aborted: 'running: survey proved, write ready, publish waiting',
    },
  },
  {
    name: 'status: paused',
    edit: toStatus('paused'),
    becomes: {
      draft: 'draft: survey waiting, write waiting, publish waiting',
      approved: 'paused: survey ready, write waiting, publish waiting',
      running: 'paused: survey proved, write running, publish waiting',
      done: 'done: survey proved, write proved, publish proved',
      failed: 'failed: survey proved, write proved, publish failed',
      aborted: 'aborted: survey proved, write blocked, publish blocked',
    },
  },
  {
    name: 'status: aborted',
    edit: toStatus('aborted'),
    becomes: {
      draft: 'aborted: survey blocked, write blocked, publish blocked',
      approved: 'aborted: survey blocked, write blocked, publish blocked',
      running: 'aborted: survey proved, write blocked, publish blocked',
      paused: 'aborted: survey proved, write blocked, publish blocked',
    },
  },
  {
    name: 'status: finished, which is none',
    edit: toStatus('finished'),
    becomes: Object.fromEntries(
      Object.keys(STATUSES).map((status) => [status, '3: there is no status "finished"']),
    ),
  },
  {
    name: 'a row with skipped',
    edit: toState('write', 'skipped'),
    becomes: {
      draft: 'draft: survey waiting, write skipped, publish waiting',
      approved: 'approved: survey ready, write skipped, publish ready',
      running: 'running: survey proved, write skipped, publish ready',
      paused: 'paused: survey proved, write skipped, publish ready',
      done: 'done: survey proved, write proved, publish proved',
      failed: 'failed: survey proved, write proved, publish failed',
      aborted: 'aborted: survey proved, write skipped, publish blocked',
    },
  },
  {
    name: 'a row with ready',
    edit: toState('publish', 'ready'),
    becomes: {
      draft: 'draft: survey waiting, write waiting, publish waiting',
      approved: 'approved: survey ready, write waiting, publish waiting',
      running: 'running: survey proved, write running, publish waiting',
      paused: 'paused: survey proved, write ready, publish waiting',
      done: 'running: survey proved, write proved, publish ready',
      failed: 'running: survey proved, write proved, publish ready',
      aborted: 'running: survey proved, write ready, publish waiting',
    },
  },
  {
    name: 'a row with proved',
    edit: toState('write', 'proved'),
    becomes: {
      draft: 'draft: survey waiting, write proved, publish waiting',
      running: 'running: survey proved, write proved, publish ready',
      paused: 'paused: survey proved, write proved, publish ready',
      aborted: 'aborted: survey proved, write proved, publish blocked',
    },
  },
  {
    name: 'a row with failed',
    edit: toState('write', 'failed'),
    becomes: {
      running: 'failed: survey proved, write failed, publish blocked',
      paused: 'failed: survey proved, write failed, publish blocked',
      done: 'failed: survey proved, write failed, publish proved',
    },
  },
  {
    name: 'a row with asked, which only Nocturne gives',
    edit: toState('write', 'asked'),
    becomes: Object.fromEntries(
      Object.keys(STATUSES).map((status) => [
        status,
        `${status === 'draft' ? '30' : '31'}: only Nocturne gives a step the state asked`,
      ]),
    ),
  },
  {
    name: 'another objective of the first step',
    edit: objective,
    becomes: {
      approved: 'approved: survey ready, write waiting, publish waiting',
      running: 'running: survey ready, write running, publish waiting',
      done: 'running: survey ready, write proved, publish proved',
    },
  },
  {
    name: 'one more step',
    edit: moreSteps,
    becomes: {
      draft: 'draft: survey waiting, write waiting, check waiting, publish waiting',
      running: 'running: survey proved, write running, publish waiting, check waiting',
      done: 'running: survey proved, write proved, publish proved, check ready',
    },
  },
  {
    name: 'one step less',
    edit: fewerSteps,
    becomes: {
      running: 'running: survey proved, write running',
      paused: 'paused: survey proved, write ready',
      failed: 'done: survey proved, write proved',
    },
  },
];

const sorted = (state: string): string => {
  const [status = '', steps = ''] = state.split(': ');
  return `${status}: ${steps.split(', ').sort().join(', ')}`;
};

for (const { name, edit: change, becomes } of EDITS)
  t.test(name, async (t) => {
    for (const [status, expected] of Object.entries(becomes)) {
      const place = placeWithPage(t.testdir({}) + `/${status}`);
      const events = STATUSES[status] ?? [];
      if (events.length > 0) t.same(happen(place, ...events), [], `${status} is reached`);
      const before = eventsOf(place);
      change(place);
      const written = pageOf(place);
      const { problems } = read(place);
      const isTaken = takeInEdits(place);
      const [problem] = problems;
      if (problem === undefined) {
        t.equal(sorted(stateOf(place)), sorted(expected), status);
        // The page of a draft is the owner's until something happens.
        if (isTaken || status !== 'draft')
          t.equal(sorted(shownOf(place)), sorted(expected), `${status}: the page shows it`);
        t.same(read(place).edits, [], `${status}: nothing is left`);
      } else {
        t.equal(`${problem.range.line}: ${problem.message}`, expected, status);
        t.equal(pageOf(place), written, `${status}: the page stays as the owner wrote it`);
        t.same(eventsOf(place), before, `${status}: nothing happened`);
      }
      t.same(eventsOf(place).slice(0, before.length), before, `${status}: the log only grows`);
      t.notOk(takeInEdits(place), `${status}: it is taken in once`);
    }
  });
