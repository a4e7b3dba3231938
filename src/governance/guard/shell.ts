/**
 * Reads a shell command with bash's grammar and accepts the part of it that means the same in every
 * shell: programs, words, `*` and `?`, pipes, `;`, `&&`, `||`, redirections, here-documents, `cd`
 * and `for` over written words. Everything else is refused with what to write instead. What runs is
 * made from these steps.
 */
import { parse, type AndOr, type Assignment, type Command, type For, type Statement } from 'unbash';
import type { PipelineNode, Word as ParsedWord } from 'unbash';
import type { Expanded, Redirect, Script, SimpleCommand, Step } from './shell-types.js';
import { readRedirection } from './shell-redirect.js';
import { oneWord, readWord, Refused, type Variables } from './shell-word.js';

/** What reading needs to know of the disk. Folders are relative to the workspace. */
export type ShellWorld = {
  readonly cwd: string;
  /** Where `cd` leads; `undefined`: not an existing folder of the workspace, or through a link. */
  folder(from: string, target: string): string | undefined;
  /** Names that match a pattern of `*` and `?`, as a program would get them, in order. */
  matches(from: string, pattern: string): readonly string[];
};

const LONGEST_COMMAND = 65_536;
const MOST_STEPS = 500;
const MOST_WORDS = 10_000;
const DEEPEST_LOOP = 3;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

const ADVICE: Readonly<Record<string, string>> = {
  Subshell: '( … ) is not accepted: write the commands one after another',
  BraceGroup: '{ … } is not accepted: write the commands one after another',
  If: 'if is not accepted: use && and ||, or look first and then run what fits',
  While: 'a while or until loop is not accepted: use for with the values written out',
  ArithmeticFor: 'this form of for is not accepted: use for with the values written out',
  Case: 'case is not accepted: run the command that fits',
  Select: 'select is not accepted: run the command that fits',
  Function: 'functions are not accepted: write the commands one after another',
  Coproc: 'coproc is not accepted: run the program by itself',
  TestCommand: '[[ … ]] is not accepted: use [ … ] with one test each',
  ArithmeticCommand: '(( … )) is not accepted: use [ … ] or write the number out',
  Redirected: 'redirections of a group are not accepted: redirect each program',
};

type Reading = {
  readonly world: ShellWorld;
  readonly steps: Step[];
  readonly budget: { words: number };
  /** Start and end of everything that was read. */
  readonly read: Map<number, number>;
  /** For the next step. */
  readonly expanded: Expanded[];
  folder: string;
};
const NO_VARIABLES: Variables = new Map();

export function parseShell(text: string, world: ShellWorld): Script {
  const reading: Reading = {
    world,
    steps: [],
    budget: { words: MOST_WORDS },
    read: new Map(),
    expanded: [],
    folder: world.cwd,
  };
  try {
    if (text.length > LONGEST_COMMAND)
      throw new Refused(`it is longer than ${LONGEST_COMMAND} characters`);
    const control = CONTROL.exec(text);
    if (control !== null)
      throw new Refused(
        `it has the control character U+${control[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()} in it`,
      );
    const tree = parse(text);
    const [error] = tree.errors ?? [];
    if (error !== undefined) throw new Refused(`${error.message} at character ${error.pos + 1}`);
    readStatements(reading, tree.commands, NO_VARIABLES, 0);
    requireAll(text, reading.read);
    return { steps: reading.steps, problems: [] };
  } catch (error) {
    if (error instanceof Refused) return { steps: reading.steps, problems: [error.message] };
    if (error instanceof RangeError)
      return { steps: reading.steps, problems: ['it is nested too deep'] };
    throw error;
  }
}

/** What may stand between words: blanks, comments, operators and the words of a loop. */
const BETWEEN = /^(?:[ \t\n;]|\\\n|&&|\|\|?|#[^\n]*(?=\n|$)|(?:for|in|do|done)(?![^\s;]))*$/;

/** The parser passes over what it does not understand; nothing may be passed over here. */
function requireAll(text: string, read: ReadonlyMap<number, number>): void {
  let end = 0;
  for (const [from, to] of [...read, [text.length, text.length] as const].sort(
    ([a], [b]) => a - b,
  )) {
    const between = text.slice(end, Math.max(end, from));
    if (!BETWEEN.test(between))
      throw new Refused(`"${between.trim().slice(0, 40)}" is not expected there`);
    end = Math.max(end, to);
  }
}

function readStatements(
  reading: Reading,
  statements: readonly Statement[],
  variables: Variables,
  depth: number,
): void {
  for (const { command, background } of statements) {
    if (background === true)
      throw new Refused('& is not accepted: a pass waits for what it starts; use ; or &&');
    if (command.type === 'AndOr') readChain(reading, command, variables, depth);
    else if (command.type === 'For') readLoop(reading, command, variables, depth);
    else readPipeline(reading, command, { join: ';', variables, certain: depth === 0 });
  }
}

/** Commands joined by `&&` and `||`. What follows `cd FOLDER &&` is sure to run there. */
function readChain(reading: Reading, chain: AndOr, variables: Variables, depth: number): void {
  let certain = depth === 0;
  for (const [index, node] of chain.commands.entries()) {
    const operator = chain.operators[index - 1] ?? ';';
    if (operator === '||' && reading.steps.at(-1)?.enter !== undefined)
      throw new Refused('cd FOLDER || … is not accepted: a cd that fails ends the command');
    if (operator === '||') certain = false;
    const entered = certain && index > 0;
    if (node.type === 'BraceGroup' && entered && index === chain.commands.length - 1) {
      reading.read.set(node.pos, node.pos + 1).set(node.end - 1, node.end);
      return readStatements(reading, node.body.commands, variables, depth);
    }
    readPipeline(reading, node, { join: entered ? ';' : operator, variables, certain });
    certain &&= reading.steps.at(-1)?.enter !== undefined;
  }
}

/** The body once for each value. */
function readLoop(reading: Reading, loop: For, variables: Variables, depth: number): void {
  if (depth >= DEEPEST_LOOP) throw new Refused(`loops are nested more than ${DEEPEST_LOOP} deep`);
  if (loop.wordlist === undefined || !/^[a-z]\w*$/.test(loop.name.text))
    throw new Refused('this form of for is not accepted: for name in a b c; do …; done');
  for (const word of [loop.name, ...loop.wordlist]) cover(reading, word);
  const values = loop.wordlist.flatMap((word) => wordsOf(reading, word, variables));
  for (const value of values)
    readStatements(
      reading,
      loop.body.commands,
      new Map([...variables, [loop.name.text, value]]),
      depth + 1,
    );
}

type Place = {
  readonly join: Step['join'];
  readonly variables: Variables;
  /** It runs whatever the commands before it return. */
  readonly certain: boolean;
};

function readPipeline(reading: Reading, node: PipelineNode, place: Place): void {
  if (reading.steps.length >= MOST_STEPS)
    throw new Refused(`it has more than ${MOST_STEPS} commands`);
  const nodes = node.type === 'Pipeline' ? node.commands : [node];
  if (node.type === 'Pipeline' && node.prefixes.length > 0)
    throw new Refused('! and time before a command are not accepted: run the command by itself');
  if (node.type === 'Pipeline' && node.operators.includes('|&'))
    throw new Refused('|& is not accepted: write 2>&1 |');
  const pipeline = nodes.map((part) => {
    if (part.type !== 'Command')
      throw new Refused(ADVICE[part.type] ?? `${part.type} is not accepted: write plain commands`);
    return readCommand(reading, part, place.variables);
  });
  if (pipeline.slice(1).some(({ redirects }) => redirects.some(({ fd }) => fd === 0)))
    throw new Refused('a program reads the pipe and a file: keep one');
  const [only] = pipeline;
  if (pipeline.length === 1 && only?.words[0] === 'cd') return enter(reading, only, place);
  if (pipeline.some(({ words }) => words[0] === 'cd'))
    throw new Refused('cd in a pipe has no effect: put it first');
  push(reading, { join: place.join, folder: reading.folder, pipeline });
}

function push({ steps, expanded }: Reading, step: Step): void {
  const waiting = expanded.splice(0);
  steps.push(waiting.length === 0 ? step : { ...step, expanded: waiting });
}

/** `cd` is accepted where it is sure to run, so that everything after it has one folder. */
function enter(reading: Reading, command: SimpleCommand, { join, certain }: Place): void {
  const [target, ...more] = command.words.slice(1);
  if (target === undefined || target.startsWith('-') || target === '' || more.length > 0)
    throw new Refused('cd needs one folder: cd FOLDER && …');
  if (!certain || command.redirects.length + command.env.length > 0)
    throw new Refused('cd is accepted where it is sure to run: put it first, cd FOLDER && …');
  const folder = reading.world.folder(reading.folder, target);
  if (folder === undefined)
    throw new Refused(
      `${target} is not a folder of the workspace that exists: make it in a command of its own, then cd`,
    );
  const named = /^\.{0,2}\//.test(target) ? target : `./${target}`;
  push(reading, { join, folder: reading.folder, enter: named });
  reading.folder = folder;
}

function readCommand(reading: Reading, command: Command, variables: Variables): SimpleCommand {
  const words: string[] = [];
  const env: { name: string; value: string }[] = [];
  const redirects: Redirect[] = [];
  const isFolder = (name: string): boolean =>
    reading.world.folder(reading.folder, name) !== undefined;
  for (const part of [...command.prefix, ...command.suffix]) cover(reading, part);
  for (const part of command.prefix)
    if (part.type === 'Assignment') env.push(readAssignment(part, variables));
    else redirects.push(...readRedirection(part, variables, isFolder));
  if (command.name !== undefined) cover(reading, command.name);
  if (command.name !== undefined) words.push(oneWord(command.name, variables));
  for (const part of command.suffix)
    if (part.type === 'Word') words.push(...wordsOf(reading, part, variables));
    else if (part.type === 'Assignment')
      throw new Refused(`${part.text} is not accepted: put it in '…'`);
    else redirects.push(...readRedirection(part, variables, isFolder));
  if (words.length === 0 && env.length > 0)
    throw new Refused('a variable is not kept: write its value where it is needed');
  if (words[0] === '') throw new Refused('the name of the program is empty');
  for (const fd of [0, 1, 2])
    if (redirects.filter((redirect) => redirect.fd === fd).length > 1)
      throw new Refused('the same stream is redirected twice: keep one');
  return { env, words, redirects };
}

function cover({ read }: Reading, node: Command['suffix'][number]): void {
  read.set(node.pos, node.end);
  if (node.type !== 'HereDoc') return;
  read.set(node.body.pos, node.body.end);
  if (node.closing !== undefined) read.set(node.closing.pos, node.closing.end);
}

function readAssignment(
  { text, name, value, append, index }: Assignment,
  variables: Variables,
): { name: string; value: string } {
  if (value.type !== 'Word' || append === true || index !== undefined)
    throw new Refused(`${text} is not accepted: only NAME=value before a program is`);
  return { name, value: oneWord(value, variables) };
}

/** The words that a written word stands for: itself, or the files that match it. */
function wordsOf(reading: Reading, word: ParsedWord, variables: Variables): readonly string[] {
  const read = readWord(word, variables);
  if ('problem' in read) throw new Refused(read.problem);
  const { text, pattern } = read;
  const { folder, expanded } = reading;
  const words = pattern === undefined ? [text] : reading.world.matches(folder, pattern);
  if (pattern !== undefined) expanded.push({ folder, pattern, names: words });
  if (words.length === 0) throw new Refused(`${word.text} matches no file`);
  reading.budget.words -= words.length;
  if (reading.budget.words < 0) throw new Refused(`it has more than ${MOST_WORDS} words`);
  return words;
}
