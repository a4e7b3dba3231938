/** What a command would do, program by program: its effects on files, and why not to run it. */
import { posix } from 'node:path';
import { defined } from '../../kernel/defined.js';
import {
  addReading,
  isStream,
  judgementOf,
  noFindings,
  refuse,
  type CommandJudgement,
  type CommandWorld,
  type Findings,
} from './command-findings.js';
import { concerns } from './matching-names.js';
import { NOTHING, onEach } from './program.js';
import { sure } from './options.js';
import { FOREIGN, PROGRAMS } from './programs.js';
import { OF_THE_SHELL } from './shell-builtins.js';
import type { Expanded, Redirect, Script, SimpleCommand, Word } from './shell-types.js';
import { ruleReasons } from './tool-rules.js';
import { pathsIn, readsBelow } from './words-read.js';
import { assignmentProblem, WRAPPERS } from './wrappers.js';

const DEEPEST = 12;
const SYSTEM_FOLDERS = new Set(
  '/bin /usr/bin /usr/local/bin /sbin /usr/sbin /usr/local/sbin /opt/homebrew/bin'.split(' '),
);
/** Programs that touch nothing and need no line in the tool registry. */
const ALWAYS = new Set('true false echo printf test [ pwd'.split(' '));

/** Where the walk is. `namesFiles`: another program may read what this one names. */
type Walk = {
  readonly found: Findings;
  readonly folder: string;
  readonly depth: number;
  readonly namesFiles: boolean;
};

export function judgeScript({ steps, problems }: Script, world: CommandWorld): CommandJudgement {
  const found = noFindings();
  for (const problem of problems)
    refuse(found, 'command-unparsable', `the command is not run: ${problem}`);
  if (steps.length === 0 && problems.length === 0)
    refuse(found, 'command-unparsable', 'the command is empty');
  for (const { pipeline, folder, expanded, enter } of steps) {
    for (const pattern of expanded ?? []) judgePattern(pattern, found);
    if (enter !== undefined) judgeFolder(posix.join(folder, enter), found);
    const namesFiles = pipeline?.some(({ words }) => words.some(isXargs)) === true;
    for (const command of pipeline ?? [])
      judgeSimple(command, world, { found, folder, depth: 0, namesFiles });
  }
  return judgementOf(found);
}

function isXargs(word: string): boolean {
  return posix.basename(word) === 'xargs';
}

/** We expand patterns before anything runs; a shell does it only when it gets there. */
function judgePattern({ folder, pattern, names }: Expanded, found: Findings): void {
  const isName = new Set(names.map((name) => posix.join(folder, name)));
  const absolute = pattern.startsWith('/');
  const changed = found.effects.find(({ op, from, path }) => {
    if (op === 'edit' || op === 'mode') return false;
    const place = posix.join(from, path);
    if (op !== 'delete' && isName.has(place)) return false;
    return absolute || concerns(posix.join(folder, pattern), place);
  });
  if (changed !== undefined || found.foreign.size > 0)
    refuse(
      found,
      'command-unparsable',
      `the command is not run: ${pattern} may stand for other files once the commands before it have run; put it in a command of its own`,
    );
}

/** It was there when the command was read. */
function judgeFolder(folder: string, found: Findings): void {
  const gone = found.effects.some(({ op, from, path }) => {
    const place = posix.join(from, path);
    return (op === 'delete' || op === 'mode') && `${folder}/`.startsWith(`${place}/`);
  });
  if (gone || found.foreign.size > 0)
    refuse(
      found,
      'command-unparsable',
      `the command is not run: ${folder} may have changed before cd gets there; put it first`,
    );
}

/** A program started without a shell: its words are what they are. */
export function judgeArgv(argv: readonly string[], world: CommandWorld): CommandJudgement {
  const found = noFindings();
  const walk = { found, folder: world.cwd, depth: 0, namesFiles: false };
  if (argv.length === 0) refuse(found, 'command-unparsable', 'the command is empty');
  else if (argv.some((word) => word.includes('\0')))
    refuse(found, 'command-unparsable', 'the command contains a NUL character');
  else judgeWords(argv.map(sure), world, walk);
  return judgementOf(found);
}

function judgeSimple(command: SimpleCommand, world: CommandWorld, walk: Walk): void {
  for (const redirect of command.redirects) judgeRedirect(redirect, command, world, walk);
  for (const { name } of command.env) {
    const problem = assignmentProblem(name);
    if (problem !== undefined) refuse(walk.found, 'command-denied', problem);
  }
  if (command.words.length > 0) judgeWords(command.words.map(sure), world, walk);
}

function judgeRedirect(
  redirect: Redirect,
  command: SimpleCommand,
  world: CommandWorld,
  walk: Walk,
): void {
  const { found, folder } = walk;
  if (redirect.mode === 'copy' || redirect.mode === 'text' || isStream(redirect.to)) return;
  if (/^\/dev\/(?:tcp|udp)\//.test(redirect.to))
    return refuse(found, 'command-denied', 'the command opens a network connection');
  if (redirect.mode === 'read') return judgeRead(redirect.to, false, world, walk);
  const to = sure(redirect.to);
  const { mode } = redirect;
  const content = redirect.fd === 1 ? contentOf(command) : undefined;
  const read = onEach('a redirection', [to], (path) => ({
    op: mode,
    path,
    ...defined({ content }),
  }));
  addReading(found, read, folder);
}

/** What the command prints, where its words tell: `cat` with a here-document, or nothing. */
function contentOf({ words, redirects }: SimpleCommand): string | undefined {
  if (words.length === 0) return '';
  const input = redirects.find((redirect) => redirect.fd === 0);
  return words.length === 1 && words[0] === 'cat' && input?.mode === 'text'
    ? input.text
    : undefined;
}

function judgeWords(words: readonly Word[], world: CommandWorld, walk: Walk): void {
  const { found, folder } = walk;
  const [first, ...args] = words;
  if (first === undefined) return;
  if (walk.depth > DEEPEST)
    return refuse(found, 'command-unparsable', `the command is nested more than ${DEEPEST} deep`);
  if (first.certainty !== 'sure' || first.text === '')
    return refuse(
      found,
      'command-unparsable',
      'the program is a variable or a pattern; write its name',
    );
  const program = nameOf(first.text);
  const advice = OF_THE_SHELL.get(program);
  if (advice !== undefined)
    return refuse(
      found,
      'command-denied',
      `${program} is a word of the shell, and programs are started without one: ${advice}`,
    );
  const below = walk.namesFiles || readsBelow(program, args);
  for (const { text } of words) judgeRead(text, below, world, walk);
  if (program === 'git') found.repositories.push({ folder, after: found.effects.length });
  const wrapper = WRAPPERS.get(program);
  if (wrapper === undefined && !ALWAYS.has(program)) judgeProgram({ program, args }, world, walk);
  const read = (wrapper ?? PROGRAMS.get(program))?.(program, args) ?? NOTHING;
  addReading(found, read, folder);
  for (const run of read.run) judgeWords(run, world, { ...walk, depth: walk.depth + 1 });
}

function judgeRead(text: string, below: boolean, world: CommandWorld, walk: Walk): void {
  for (const path of pathsIn(text))
    for (const reason of world.reading(walk.folder, path, below))
      refuse(walk.found, reason.code, reason.message);
}

/** Applies the tool registry to a program, and limits one that runs code of its own. */
function judgeProgram(
  call: { readonly program: string; readonly args: readonly Word[] },
  world: CommandWorld,
  { found, folder }: Walk,
): void {
  const { program } = call;
  for (const reason of ruleReasons(world.rules, world.tools, call))
    refuse(found, reason.code, reason.message);
  if (PROGRAMS.has(program) && !FOREIGN.has(program)) return;
  found.foreign.add(program);
  if (folder !== world.cwd)
    refuse(
      found,
      'command-unparsable',
      `${program} runs code that depends on its folder; start it without cd`,
    );
}

/**
 * A program by path is the program of that name only in the system's own folders; elsewhere the
 * registry must name the path.
 */
function nameOf(text: string): string {
  const slash = text.lastIndexOf('/');
  return slash > 0 && SYSTEM_FOLDERS.has(text.slice(0, slash)) ? text.slice(slash + 1) : text;
}
