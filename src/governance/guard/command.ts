/** What a command would do in each folder it may run in, and every reason to refuse it. */
import { defined } from '../../kernel/defined.js';
import {
  addReading,
  isStream,
  judgementOf,
  noFindings,
  refuse,
  refuseReserved,
  type Findings,
  type CommandJudgement,
  type CommandWorld,
  type Folders,
} from './command-findings.js';
import { mayMove, placesAfter, startOf, union, type Places } from './command-places.js';
import { NOTHING, onEach } from './program.js';
import { sure } from './options.js';
import { FOREIGN, PROGRAMS } from './programs.js';
import type { Command, Input, Redirect, Script, Step, Word } from './shell-types.js';
import { parseShell, problemsOf } from './shell.js';
import { ruleReasons } from './tool-rules.js';
import { assignmentProblem, WRAPPERS } from './wrappers.js';

const DEEPEST = 12;
const MOST_STEPS = 2000;
const SYSTEM_FOLDERS = new Set(
  '/bin /usr/bin /usr/local/bin /sbin /usr/sbin /usr/local/sbin /opt/homebrew/bin'.split(' '),
);
/** Shell builtins that touch nothing outside the shell. */
const BUILTINS = new Set(
  ': true false echo printf test [ [[ pwd exit return break continue wait shift'.split(' '),
);

type Walk = {
  readonly found: Findings;
  readonly folders: Folders;
  readonly depth: number;
  readonly budget: { steps: number };
};

export function judgeCommand(text: string, world: CommandWorld): CommandJudgement {
  const walk = startWalk(world);
  const script = parseShell(text);
  const problems = problemsOf(script);
  for (const problem of problems)
    refuse(walk.found, 'command-unparsable', `the command cannot be read: ${problem}`);
  if (script.steps.length === 0 && problems.length === 0)
    refuse(walk.found, 'command-unparsable', 'the command is empty');
  runScript(script, world, walk);
  return judgementOf(walk.found);
}

export function judgeArgv(argv: readonly string[], world: CommandWorld): CommandJudgement {
  const walk = startWalk(world);
  if (argv.length === 0) refuse(walk.found, 'command-unparsable', 'the command is empty');
  else if (argv.some((word) => word.includes('\0')))
    refuse(walk.found, 'command-unparsable', 'the command has a NUL in it');
  else runWords(argv.map(sure), world, { ...walk, input: undefined });
  return judgementOf(walk.found);
}

function startWalk(world: CommandWorld): Walk {
  return { found: noFindings(), folders: [world.cwd], depth: 0, budget: { steps: MOST_STEPS } };
}

function deeper(walk: Walk): Walk {
  return { ...walk, depth: walk.depth + 1 };
}

/** @returns where the shell may be afterwards. */
function runScript(script: Script, world: CommandWorld, walk: Walk): Folders {
  const { found, budget } = walk;
  if (walk.depth > DEEPEST) {
    refuse(found, 'command-unparsable', `the command is nested more than ${DEEPEST} deep`);
    return walk.folders;
  }
  // A loop returns to its first command, so a cd anywhere in it makes every folder uncertain.
  const loops = script.branching && script.steps.some((step) => step.pipeline.some(mayMove));
  const start: Folders = loops ? [undefined] : walk.folders;
  let places: Places = { now: start, chained: start };
  for (const step of script.steps) {
    budget.steps -= 1;
    if (budget.steps < 0) {
      refuse(found, 'command-unparsable', `the command has more than ${MOST_STEPS} steps`);
      return places.now;
    }
    places = runStep(step, world, { ...walk, before: places });
  }
  return places.now;
}

function runStep(
  step: Step,
  world: CommandWorld,
  walk: Walk & { readonly before: Places },
): Places {
  const { before, found } = walk;
  const start = startOf(step, before);
  const [only] = step.pipeline;
  const alone = step.pipeline.length === 1 && !step.background;
  if (alone && only?.kind === 'group' && !only.subshell) {
    const after = perform(only, world, { ...walk, folders: start });
    return {
      now: union(before.now, after),
      chained: step.join === '||' ? union(before.chained, after) : after,
    };
  }
  for (const command of step.pipeline) perform(command, world, { ...walk, folders: start });
  const places = placesAfter(step, world, { before, start });
  if (places.astray === true)
    refuse(
      found,
      'path-outside',
      'the command leaves the workspace with cd, or goes through a link',
    );
  return places;
}

function perform(command: Command, world: CommandWorld, walk: Walk): Folders {
  for (const script of command.inner) runScript(script, world, deeper(walk));
  for (const redirect of command.redirects) judgeRedirect(redirect, command, walk);
  if (command.kind === 'group') return runScript(command.body, world, deeper(walk));
  for (const { name } of command.assignments) {
    const problem = assignmentProblem(name, command.words.length > 0);
    if (problem !== undefined) refuse(walk.found, 'command-denied', problem);
  }
  if (command.words.length > 0)
    runWords(command.words, world, { ...walk, input: command.input.value });
  return walk.folders;
}

function judgeRedirect({ mode, to }: Redirect, command: Command, walk: Walk): void {
  const { found, folders } = walk;
  if (to.certainty === 'sure' && isStream(to.text)) return;
  if (/^\/dev\/(?:tcp|udp)\//.test(to.text))
    return refuse(found, 'command-denied', 'the command opens a network connection');
  refuseReserved(found, to);
  if (mode === 'read') return;
  const content = contentOf(command);
  const read = onEach('a redirection', [to], (path) => ({
    op: mode,
    path,
    ...defined({ content }),
  }));
  addReading(found, read, folders);
}

/** What the command prints, if its words show it: `cat` with a here-document, or nothing. */
function contentOf(command: Command): string | undefined {
  if (command.kind !== 'simple') return undefined;
  if (command.words.length === 0) return '';
  const { value } = command.input;
  const copies = command.words.length === 1 && command.words[0]?.text === 'cat';
  return copies && value?.sure === true ? value.text : undefined;
}

function runWords(
  words: readonly Word[],
  world: CommandWorld,
  walk: Walk & { readonly input: Input | undefined },
): void {
  const { found, folders } = walk;
  const [first, ...args] = words;
  if (first === undefined) return;
  for (const word of words) refuseReserved(found, word);
  if (walk.depth > DEEPEST)
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
  if (wrapper === undefined && !BUILTINS.has(program)) judgeProgram({ program, args }, world, walk);
  const read =
    wrapper === undefined
      ? (PROGRAMS.get(program)?.(program, args) ?? NOTHING)
      : wrapper(program, args, walk.input);
  addReading(found, read, folders);
  for (const run of read.run) runWords(run, world, { ...walk, depth: walk.depth + 1 });
  for (const text of read.scripts) {
    const script = parseShell(text, walk.depth + 1);
    for (const problem of problemsOf(script))
      refuse(
        found,
        'command-unparsable',
        `the text that ${program} runs cannot be read: ${problem}`,
      );
    runScript(script, world, deeper(walk));
  }
}

function judgeProgram(
  call: { readonly program: string; readonly args: readonly Word[] },
  world: CommandWorld,
  { found, folders }: Walk,
): void {
  const { program } = call;
  for (const reason of ruleReasons(world.rules, world.tools, call))
    refuse(found, reason.code, reason.message);
  if (PROGRAMS.has(program) && !FOREIGN.has(program)) return;
  found.foreign.add(program);
  if (folders.some((folder) => folder !== world.cwd))
    refuse(
      found,
      'command-unparsable',
      `${program} could find other files to run in another folder; start it without cd`,
    );
}

/**
 * A path counts as the program of that name only in system folders; otherwise the registry must
 * name the path.
 */
function nameOf(text: string): string {
  const slash = text.lastIndexOf('/');
  return slash > 0 && SYSTEM_FOLDERS.has(text.slice(0, slash)) ? text.slice(slash + 1) : text;
}
