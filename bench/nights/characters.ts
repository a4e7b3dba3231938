/**
 * Ten kinds of agent, and an eleventh. Each acts on its prompt and on the files of its project, and does not know
 * the engine that wrote the prompt.
 */
import { doUnits, mentions, pathOf, unitsDone } from './craft.js';
import { type Desk, unitsIn } from './desk.js';
import type { Unit } from './work.js';

export type Ending =
  | 'finished'
  | 'stuck'
  | 'crashed'
  | 'over-budget'
  | 'refused'
  | 'timed-out'
  | 'transient';
export type Did = {
  readonly ending: Ending;
  readonly outputs: readonly string[];
  /** Empty: it gave no report. */
  readonly summary: string;
  readonly next?: string;
  /** What it printed outside of a report. */
  readonly said?: string;
  readonly answers?: 'all' | 'two' | 'none';
};
export type Character = (desk: Desk) => Did;

const MOST_AT_ONCE = 4;

/** Reads the material and its earlier work, does what is missing, and says so when nothing is. */
const diligent: Character = (desk) => {
  const units = material(desk);
  const done = unitsDone(desk, units);
  const left = units.filter(({ name }) => !done.has(name));
  if (left.length === 0)
    return { ending: 'finished', outputs: [], summary: 'Everything in the material is done.' };
  const now = left.slice(0, MOST_AT_ONCE);
  const outputs = doUnits(desk, now);
  const summary = `Added ${now.map(({ name }) => name).join(', ')}.`;
  return { ending: 'finished', outputs, summary, next: 'Add the next ones.', answers: 'all' };
};

/** Does one unit that the prompt does not mention yet, and only every second time. */
const lazy: Character = (desk) => {
  const units = material(desk);
  if (desk.turn % 2 === 1) {
    const path = pathOf(desk, 'short');
    desk.write(path, '# Short\n\nAs before.\n');
    return { ending: 'finished', outputs: [path], summary: 'Went over it.', answers: 'all' };
  }
  const unit = units.find((candidate) => !mentions(desk.prompt, candidate)) ?? units[0];
  const outputs = unit === undefined ? [] : doUnits(desk, [unit]);
  return { ending: 'finished', outputs, summary: 'Added one.', next: 'Add one.', answers: 'all' };
};

/** Claims everything; what it writes is a page of praise, or a list without its fields. */
const boastful: Character = (desk) => {
  const path = pathOf(desk, `final-${desk.stamp}`);
  const praise = `# Complete\n\n${desk.form.heading}\n\nThis outstanding result covers everything that was asked for, in full depth, number ${desk.turn}, and it needs no further work by anybody at any time.\n`;
  const list = `# Complete\n\n${desk.form.heading}\n\n- everything ${desk.stamp}\n- all of it\n- done\n`;
  desk.write(path, desk.random.chance(0.5) ? praise : list);
  const summary = 'All entries are written, checked twice, and complete: the project is done.';
  return { ending: 'finished', outputs: [path], summary, answers: 'all' };
};

/** Reads the same file until it is stopped. */
const stuck: Character = (desk) => {
  for (let i = 0; i < 12; i++) desk.read('material.md');
  return { ending: 'stuck', outputs: [], summary: '', said: 'I will read material.md again.' };
};

/** Writes page A, then page B, then page A again. */
const repeating: Character = (desk) => {
  const units = material(desk);
  const unit = units[desk.turn % 2];
  if (unit === undefined) return { ending: 'finished', outputs: [], summary: 'Nothing.' };
  const outputs = doUnits(
    { ...desk, stamp: desk.turn % 2 === 0 ? 'a' : 'b', list: () => [], read: onlyPages(desk) },
    [unit],
  );
  return { ending: 'finished', outputs, summary: `Wrote ${unit.name}.`, answers: 'all' };
};

/** Begins with the work, and then writes about something else, each time something new. */
const drifting: Character = (desk) => {
  if (desk.turn === 0) {
    const outputs = doUnits(desk, material(desk).slice(0, 2));
    return { ending: 'finished', outputs, summary: 'A beginning.', next: 'Think further.' };
  }
  const subject = SUBJECTS[(desk.turn + desk.random.below(3)) % SUBJECTS.length] ?? '';
  const folder = desk.kind === 'code' ? 'src' : 'outputs';
  const path = `${folder}/thoughts-${desk.stamp}.md`;
  const body = `# On ${subject}\n\nWhat ${subject} teaches at ${desk.stamp} is that ${desk.random.below(900)} small observations of ${subject}, taken together over the years, say more about the matter than any single one that somebody made in a hurry.\n`;
  desk.write(path, body);
  const summary = `Looked into ${subject}.`;
  return {
    ending: 'finished',
    outputs: [path],
    summary,
    next: `Go deeper into ${subject}.`,
    answers: 'all',
  };
};
const SUBJECTS = ['tides', 'clocks', 'maps', 'bread', 'bridges', 'letters', 'lamps'];

/** Breaks down in the middle of a page. */
const crashing: Character = (desk) => {
  const path = pathOf(desk, `half-${desk.stamp}`);
  desk.write(path, `# Half\n\n${desk.form.heading}\n\n| na`);
  return {
    ending: 'crashed',
    outputs: [],
    summary: '',
    said: 'TypeError: undefined is not a list',
  };
};

/** Buries one unit in three thousand words; every second time the budget is over before that. */
const overLong: Character = (desk) => {
  const isOver = desk.turn % 2 === 1;
  const outputs = isOver ? [] : doUnits(desk, nextUnits(desk, 1));
  const padding = `It should also be said at length and with care that number ${desk.turn} matters. `;
  const path = pathOf(desk, `long-${desk.stamp}`);
  desk.write(path, `# Long\n\n${padding.repeat(200)}\n`);
  if (isOver) return { ending: 'over-budget', outputs: [], summary: '', said: padding };
  const summary = padding.repeat(20);
  return { ending: 'finished', outputs: [...outputs, path], summary, answers: 'two' };
};

/** Will not do it. */
const refusing: Character = (desk) => {
  desk.say(60);
  const said = 'I am sorry, but I cannot help with that.';
  return desk.turn % 2 === 0
    ? { ending: 'finished', outputs: [], summary: '', said }
    : { ending: 'refused', outputs: [], summary: '', said };
};

/** Poor answers, tool calls that are broken, loops without end; now and then something is right. */
const small: Character = (desk) => {
  const nothing = { outputs: [], summary: '' } as const;
  switch (desk.random.below(6)) {
    case 0:
      return { ...nothing, ending: 'finished', said: '<tool_call>{"name": "write", "argum' };
    case 1:
      return { ...nothing, ending: 'finished', said: '' };
    case 2:
      for (let i = 0; i < 20; i++) desk.say(400);
      return { ...nothing, ending: 'timed-out', said: 'the the the the' };
    case 3: {
      const path = pathOf(desk, `small-${desk.stamp}`);
      desk.write(path, `${desk.form.heading}\n\n- list of the entries\n- list of the entries\n`);
      return { ending: 'finished', outputs: [path], summary: 'entries', answers: 'none' };
    }
    case 4:
      desk.write('outputs/report.md', desk.prompt.slice(0, 2000));
      return { ending: 'finished', outputs: ['outputs/report.md'], summary: '', said: 'Done!' };
    default: {
      const outputs = doUnits(desk, nextUnits(desk, 1));
      return { ending: 'finished', outputs, summary: 'wrote it', answers: 'two' };
    }
  }
};

/** Works as the diligent one, but every third time something from outside ends it. */
const flaky: Character = (desk) => {
  const nothing = { outputs: [], summary: '' } as const;
  if (!desk.random.chance(1 / 3)) return diligent(desk);
  material(desk);
  switch (desk.random.below(4)) {
    case 0:
      return { ...nothing, ending: 'crashed', said: 'TypeError: fetch failed' };
    case 1:
      return { ...nothing, ending: 'transient', said: '503 Service Unavailable' };
    case 2:
      return { ...nothing, ending: 'timed-out', said: 'Waiting for the model' };
    default:
      return { ...nothing, ending: 'finished', said: '' };
  }
};

export const CHARACTERS: Readonly<Record<string, Character>> = {
  diligent,
  lazy,
  boastful,
  stuck,
  repeating,
  drifting,
  crashing,
  'over-long': overLong,
  refusing,
  small,
  flaky,
};
export const NAMES = Object.keys(CHARACTERS);

function material(desk: Desk): readonly Unit[] {
  return unitsIn(desk.read('material.md') ?? '');
}

function nextUnits(desk: Desk, count: number): readonly Unit[] {
  const units = material(desk);
  const done = unitsDone(desk, units);
  return units.filter(({ name }) => !done.has(name)).slice(0, count);
}

/** It does not look at what it wrote before, only at what it repairs. */
function onlyPages(desk: Desk): Desk['read'] {
  return (path) => (path.startsWith('pages/') ? desk.read(path) : undefined);
}
