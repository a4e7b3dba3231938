/**
 * What a command would do, step by step, in each folder in which it might then be: effects on
 * files, and every reason not to run it.
 */
import { NOTHING, onEach, type Effect, type Reading } from './effects.js';
import { sure } from './options.js';
import { PROGRAMS } from './programs.js';
import type { Command, Input, Redirect, Script, SimpleCommand, Step, Word } from './shell-types.js';
import { parseShell, problemsOf } from './shell.js';
import { ruleReasons, type ToolRule } from './tool-rules.js';
import { assignmentProblem, WRAPPERS } from './wrappers.js';
import type { Reason, ReasonCode } from '../types.js';

export type CommandWorld = {
  readonly rules: readonly ToolRule[];
  readonly tools: readonly string[] | undefined;
  /** Folder in which the command starts, relative to the workspace. */
  readonly cwd: string;
  /**
   * Where `cd` leads from a folder; `exists`: it is sure to succeed; `undefined`: outside the
   * workspace or through a link.
   */
  folder(
    from: string,
    given: string,
  ): { readonly path: string; readonly exists: boolean } | undefined;
};

export type PlacedEffect = Effect & { readonly from: string };

/** `foreign`: programs that run code of their own, whose effects no words tell. */
export type CommandJudgement = {
  readonly effects: readonly PlacedEffect[];
  readonly reasons: readonly Reason[];
  readonly foreign: readonly string[];
};

/**
 * Folders in which a step may run: after what certainly ran, and if the step before succeeded.
 * `undefined` among them: not known.
 */
type Places = {
  readonly now: readonly (string | undefined)[];
  readonly chained: readonly (string | undefined)[];
};
type Found = {
  readonly effects: Map<string, PlacedEffect>;
  readonly reasons: Map<string, Reason>;
  readonly foreign: Set<string>;
  budget: number;
};

const DEEPEST = 12;
const MOST_STEPS = 2000;
const MOST_PLACES = 8;
const SYSTEM_FOLDERS = new Set([
  '/bin',
  '/usr/bin',
  '/usr/local/bin',
  '/sbin',
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
]);
/** The shell's own words that touch nothing outside it. */
const BUILTINS = new Set([
  ':',
  'true',
  'false',
  'echo',
  'printf',
  'test',
  '[',
  '[[',
  'pwd',
  'exit',
  'return',
  'break',
  'continue',
  'wait',
  'shift',
]);
const STREAMS = new Set(['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/stdin', '/dev/tty']);

export function judgeCommand(text: string, world: CommandWorld): CommandJudgement {
  const found = nothingFound();
  const script = parseShell(text);
  const problems = problemsOf(script);
  for (const problem of problems)
    refuse(found, 'command-unparsable', `the command cannot be read: ${problem}`);
  if (script.steps.length === 0 && problems.length === 0)
    refuse(found, 'command-unparsable', 'the command is empty');
  walk(script, world, { found, places: [world.cwd], depth: 0 });
  return judgement(found);
}

/** A program started without a shell: its words are what they are. */
export function judgeArgv(argv: readonly string[], world: CommandWorld): CommandJudgement {
  const found = nothingFound();
  if (argv.length === 0) refuse(found, 'command-unparsable', 'the command is empty');
  else if (argv.some((word) => word.includes('\0')))
    refuse(found, 'command-unparsable', 'the command has a NUL in it');
  else runWords(argv.map(sure), world, { found, places: [world.cwd], depth: 0, input: undefined });
  return judgement(found);
}

function nothingFound(): Found {
  return { effects: new Map(), reasons: new Map(), foreign: new Set(), budget: MOST_STEPS };
}

function judgement(found: Found): CommandJudgement {
  return {
    effects: [...found.effects.values()],
    reasons: [...found.reasons.values()],
    foreign: [...found.foreign],
  };
}

function refuse(found: Found, code: ReasonCode, message: string): void {
  found.reasons.set(`${code} ${message}`, { code, message });
}

type At = { readonly found: Found; readonly places: Places['now']; readonly depth: number };

/** Returns where the shell may be afterwards. */
function walk(script: Script, world: CommandWorld, at: At): Places['now'] {
  if (at.depth > DEEPEST) {
    refuse(at.found, 'command-unparsable', `the command is nested more than ${DEEPEST} deep`);
    return at.places;
  }
  // A loop comes back to its first command, so a cd anywhere in it makes every place in it
  // uncertain.
  const start: Places['now'] =
    script.branching && script.steps.some((step) => step.pipeline.some(mayMove))
      ? [undefined]
      : at.places;
  let places: Places = { now: start, chained: start };
  for (const step of script.steps) {
    at.found.budget -= 1;
    if (at.found.budget < 0) {
      refuse(at.found, 'command-unparsable', `the command has more than ${MOST_STEPS} steps`);
      return places.now;
    }
    places = takeStep(step, world, { ...at, before: places });
  }
  return places.now;
}

function takeStep(step: Step, world: CommandWorld, at: At & { readonly before: Places }): Places {
  const { before, found } = at;
  const start =
    step.join === '&&'
      ? before.chained
      : step.join === '||'
        ? union(before.now, before.chained)
        : before.now;
  const only = step.pipeline.length === 1 && !step.background ? step.pipeline[0] : undefined;
  if (only?.kind === 'group' && !only.subshell) {
    const after = perform(only, world, { ...at, places: start });
    return {
      now: union(before.now, after),
      chained: step.join === '||' ? union(before.chained, after) : after,
    };
  }
  for (const command of step.pipeline) perform(command, world, { ...at, places: start });
  if (only?.kind === 'simple' && leaves(only) && step.join === '||')
    return { now: before.chained, chained: before.chained };
  if (!step.pipeline.some(mayMove)) return { now: before.now, chained: start };
  if (only?.kind !== 'simple' || only.words[0]?.text !== 'cd')
    return { now: [undefined], chained: [undefined] };
  const moved = follow(only, world, start);
  if (moved === undefined)
    refuse(
      found,
      'path-outside',
      'the command leaves the workspace with cd, or goes through a link',
    );
  const arrived: Places['now'] = moved?.map((place) => place.path) ?? [undefined];
  const certain = step.join === ';' && moved !== undefined && moved.every((place) => place.exists);
  return {
    now: certain ? arrived : union(before.now, start, arrived),
    chained: step.join === '||' ? union(before.chained, arrived) : arrived,
  };
}

/** `exit` and `return` end the script, so what follows `… || exit` ran only after success. */
function leaves(command: SimpleCommand): boolean {
  return command.words[0]?.certainty === 'sure' && /^(?:exit|return)$/.test(command.words[0].text);
}

/** Could leave the shell in another folder. What eval runs is not looked into for this. */
function mayMove(command: Command): boolean {
  if (command.kind === 'group')
    return !command.subshell && command.body.steps.some((step) => step.pipeline.some(mayMove));
  const [first, ...rest] = command.words;
  if (first === undefined) return false;
  if (/^(?:command|builtin|exec)$/.test(first.text))
    return rest.some(
      (word) => /^(?:cd|pushd|popd|chdir|eval)$/.test(word.text) || word.certainty !== 'sure',
    );
  return /^(?:cd|pushd|popd|chdir|eval)$/.test(first.text);
}

function follow(
  command: SimpleCommand,
  world: CommandWorld,
  start: Places['now'],
): readonly { path: string | undefined; exists: boolean }[] | undefined {
  const args = command.words.slice(1).filter((word) => !/^(?:--|-[LP])$/.test(word.text));
  const target = args[0];
  if (
    args.length !== 1 ||
    target?.certainty !== 'sure' ||
    target.text === '-' ||
    target.text === ''
  )
    return [{ path: undefined, exists: true }];
  const moved = start.map((from) =>
    from === undefined ? { path: undefined, exists: true } : world.folder(from, target.text),
  );
  return moved.some((place) => place === undefined)
    ? undefined
    : moved.flatMap((place) => (place === undefined ? [] : [place]));
}

function union(...lists: readonly Places['now'][]): Places['now'] {
  const all = [...new Set(lists.flat())];
  return all.length > MOST_PLACES ? [undefined] : all;
}

function perform(command: Command, world: CommandWorld, at: At): Places['now'] {
  for (const script of command.inner) walk(script, world, { ...at, depth: at.depth + 1 });
  for (const redirect of command.redirects) judgeRedirect(redirect, command, at);
  if (command.kind === 'group') return walk(command.body, world, { ...at, depth: at.depth + 1 });
  for (const { name } of command.assignments) {
    const problem = assignmentProblem(name, command.words.length > 0);
    if (problem !== undefined) refuse(at.found, 'command-denied', problem);
  }
  if (command.words.length > 0)
    runWords(command.words, world, { ...at, input: command.input.value });
  return at.places;
}

function judgeRedirect({ mode, to }: Redirect, command: Command, at: At): void {
  if (to.certainty === 'sure' && STREAMS.has(to.text)) return;
  if (/^\/dev\/(?:tcp|udp)\//.test(to.text))
    return refuse(at.found, 'command-denied', 'the command opens a network connection');
  watch(to, at.found);
  if (mode === 'read') return;
  const copied =
    command.kind === 'simple' &&
    command.words.length === 1 &&
    command.words[0]?.text === 'cat' &&
    command.input.value?.sure === true
      ? command.input.value.text
      : undefined;
  const content =
    copied ?? (command.kind === 'simple' && command.words.length === 0 ? '' : undefined);
  place(
    onEach('a redirection', [to], (path) => ({
      op: mode,
      path,
      ...(content === undefined ? {} : { content }),
    })),
    at,
  );
}

/** The state directory and the keys are not read through a command either. */
function watch(word: Word, found: Found): void {
  if (/(?:^|[/=:])\.nocturne(?:\/|$)|owner\.key/.test(word.text))
    refuse(
      found,
      'path-reserved',
      'the command names the state of nocturne, which is not for passes',
    );
}

function runWords(
  words: readonly Word[],
  world: CommandWorld,
  at: At & { readonly input: Input | undefined },
): void {
  const { found } = at;
  const [first, ...args] = words;
  if (first === undefined) return;
  for (const word of words) watch(word, found);
  if (at.depth > DEEPEST)
    return refuse(found, 'command-unparsable', `the command is nested more than ${DEEPEST} deep`);
  if (first.certainty !== 'sure' || first.text === '')
    return refuse(
      found,
      'command-unparsable',
      'which program would run is not certain; write its name',
    );
  const program = nameOf(first.text);
  if (program === 'cd') return;
  if (/^(?:pushd|popd|chdir)$/.test(program))
    return refuse(found, 'command-unparsable', `${program} is not understood; use cd`);
  const wrapper = WRAPPERS.get(program);
  const read =
    wrapper === undefined
      ? (PROGRAMS.get(program)?.(program, args) ?? NOTHING)
      : wrapper(program, args, at.input);
  if (wrapper === undefined && !BUILTINS.has(program)) {
    for (const reason of ruleReasons(world.rules, world.tools, { program, args }))
      refuse(found, reason.code, reason.message);
    if (!PROGRAMS.has(program) || INTERPRETERS.has(program)) {
      found.foreign.add(program);
      if (at.places.some((folder) => folder !== world.cwd))
        refuse(
          found,
          'command-unparsable',
          `${program} could find other files to run in another folder; start it without cd`,
        );
    }
  }
  place(read, at);
  for (const run of read.run) runWords(run, world, { ...at, depth: at.depth + 1 });
  for (const text of read.scripts) {
    const script = parseShell(text, at.depth + 1);
    for (const problem of problemsOf(script))
      refuse(
        found,
        'command-unparsable',
        `the text that ${program} runs cannot be read: ${problem}`,
      );
    walk(script, world, { ...at, depth: at.depth + 1 });
  }
}

const INTERPRETERS = new Set([
  'python',
  'python2',
  'python3',
  'pypy3',
  'node',
  'nodejs',
  'bun',
  'tsx',
  'perl',
  'ruby',
  'php',
  'lua',
  'luajit',
  'Rscript',
  'osascript',
  'tclsh',
  'guile',
  'julia',
  'ghci',
  'scala',
  'groovy',
  'deno',
  'curl',
]);

/**
 * A program by path is the program of that name only in the system's own folders; elsewhere the
 * registry must name the path.
 */
function nameOf(text: string): string {
  const slash = text.lastIndexOf('/');
  return slash > 0 && SYSTEM_FOLDERS.has(text.slice(0, slash)) ? text.slice(slash + 1) : text;
}

/** Effects in every folder in which the step may run. */
function place(read: Reading, at: At): void {
  for (const reason of read.reasons) refuse(at.found, reason.code, reason.message);
  for (const effect of read.effects) {
    if (STREAMS.has(effect.path)) continue;
    for (const from of effect.path.startsWith('/') ? [''] : at.places) {
      if (from === undefined)
        refuse(
          at.found,
          'command-unparsable',
          `in which folder ${effect.path} would be written is not certain; name it from the workspace, without cd`,
        );
      else at.found.effects.set(JSON.stringify([from, effect]), { ...effect, from });
    }
  }
}
