/**
 * Reads a POSIX shell command, with common parts of bash, into steps. Reports what it does not know
 * instead of guessing.
 */
import type { Command, Redirect, Script, SimpleCommand, Step, Word } from './shell-types.js';
import { readBodies, readRedirect } from './shell-redirect.js';
import { DEEPEST, nested, readWord, type Cursor } from './shell-word.js';

const LONGEST_COMMAND = 65_536;
const SKIPPED = new Set('if then elif else fi while until do done ! time'.split(' '));
/** After these, whether `cd` took place is not known. */
const BRANCHING = new Set(['if', 'while', 'until', 'for', '!', 'time']);
const UNREADABLE = new Set(['case', 'esac', 'select', 'function', 'coproc']);

/** Steps of a command line. Problems are collected; a script with problems must not be run. */
export function parseShell(text: string, depth = 0): Script {
  if (text.length > LONGEST_COMMAND)
    return broken(`it is longer than ${LONGEST_COMMAND} characters`);
  if (/[\0\r]/.test(text)) return broken('it has a NUL or carriage return in it');
  if (depth > DEEPEST) return broken(`it is nested more than ${DEEPEST} deep`);
  const cursor: Cursor = {
    text,
    position: 0,
    depth,
    problems: [],
    pending: [],
    inner: [],
    script: readScript,
    parse: parseShell,
  };
  const script = readScript(cursor);
  if (cursor.position < text.length && cursor.problems.length === 0)
    cursor.problems.push(`"${text.charAt(cursor.position)}" is not expected there`);
  return { ...script, problems: [...new Set([...script.problems, ...cursor.problems])] };
}

/** Problems of everything inside, so that a caller has to look in one place. */
export function problemsOf(script: Script): readonly string[] {
  const nested = script.steps
    .flatMap((step) => step.pipeline)
    .flatMap((command) => [...command.inner, ...(command.kind === 'group' ? [command.body] : [])]);
  return [...new Set([...script.problems, ...nested.flatMap(problemsOf)])];
}

/**
 * The words of one plain program with arguments, as every shell would pass them; `undefined` for
 * anything more. These words run as judged.
 */
export function plainWords(text: string): readonly string[] | undefined {
  const script = parseShell(text);
  const command =
    script.steps.length === 1 &&
    script.steps[0]?.pipeline.length === 1 &&
    script.steps[0].background === false
      ? script.steps[0].pipeline[0]
      : undefined;
  if (command?.kind !== 'simple' || script.branching || problemsOf(script).length > 0)
    return undefined;
  if (
    command.assignments.length + command.redirects.length + command.inner.length > 0 ||
    command.input.value !== undefined
  )
    return undefined;
  return command.words.length > 0 && command.words.every((word) => word.certainty === 'sure')
    ? command.words.map((word) => word.text)
    : undefined;
}

function broken(problem: string): Script {
  return { steps: [], branching: false, problems: [problem] };
}

type State = { branching: boolean };

/** Up to the end of the text, or a `)` or `}` that belongs to who called. */
function readScript(cursor: Cursor): Script {
  const state: State = { branching: false };
  const steps: Step[] = [];
  let join: Step['join'] = ';';
  let pipeline: Command[] = [];
  let piped = false;
  const close = (next: Step['join'], background = false): void => {
    if (pipeline.length > 0) steps.push({ join, background, pipeline });
    pipeline = [];
    join = next;
  };
  for (;;) {
    blanks(cursor);
    const operator = /^(?:&&|\|\||\|&|;;|[;&|\n)}])/.exec(
      cursor.text.slice(cursor.position, cursor.position + 2),
    )?.[0];
    if (cursor.position >= cursor.text.length || operator === ')') break;
    if (
      operator === '}' &&
      /^\}(?:[\s;&|)<>]|$)/.test(cursor.text.slice(cursor.position, cursor.position + 2))
    )
      break;
    if (operator === ';;') cursor.problems.push('";;" is not expected there');
    if (operator !== undefined && operator !== '}') {
      cursor.position += operator.length;
      if (operator === '\n') {
        readBodies(cursor);
        if (pipeline.length === 0 || piped) continue;
      }
      piped = operator === '|' || operator === '|&';
      if (operator === '&&' || operator === '||') close(operator);
      else if (!piped) close(';', operator === '&');
      continue;
    }
    if (pipeline.length > 0 && !piped)
      cursor.problems.push('two commands follow each other with nothing between them');
    piped = false;
    const before = cursor.position;
    const command = readCommand(cursor, state);
    if (command !== undefined) pipeline.push(command);
    if (cursor.position === before) {
      cursor.problems.push(`"${cursor.text.charAt(cursor.position)}" is not expected there`);
      cursor.position = cursor.text.length;
    }
  }
  if (cursor.position < cursor.text.length && cursor.pending.length > 0)
    cursor.problems.push('a here-document inside parentheses or braces must end there');
  readBodies(cursor);
  close(';');
  return { steps, branching: state.branching, problems: [] };
}

function readCommand(cursor: Cursor, state: State): Command | undefined {
  const outer = cursor.inner;
  cursor.inner = [];
  try {
    return readGroup(cursor, state) ?? readSimple(cursor, state);
  } finally {
    cursor.inner = outer;
  }
}

function readGroup(cursor: Cursor, state: State): Command | undefined {
  const opening = /^(?:\(|\{(?=\s))/.exec(
    cursor.text.slice(cursor.position, cursor.position + 2),
  )?.[0];
  if (opening === undefined) return undefined;
  if (cursor.text.startsWith('((', cursor.position))
    cursor.problems.push('((…)) is not understood');
  if (cursor.pending.length > 0)
    cursor.problems.push('a here-document on the same line as a group is not understood');
  cursor.position += 1;
  const body = nested(cursor);
  const closing = opening === '(' ? ')' : '}';
  if (cursor.text.charAt(cursor.position) === closing) cursor.position += 1;
  else cursor.problems.push(`a ${opening} is not closed`);
  const tail = readSimple(cursor, state);
  if (tail !== undefined && (tail.words.length > 0 || tail.assignments.length > 0))
    cursor.problems.push(`a word after ${closing} is not understood`);
  return {
    kind: 'group',
    subshell: opening === '(',
    body,
    redirects: tail?.redirects ?? [],
    inner: tail?.inner ?? [],
  };
}

function readSimple(cursor: Cursor, state: State): SimpleCommand | undefined {
  const assignments: { name: string; value: Word }[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  const input: SimpleCommand['input'] = { value: undefined };
  for (;;) {
    blanks(cursor);
    if (readRedirect(cursor, redirects, input)) continue;
    const start = cursor.position;
    if (
      words.length === 0 &&
      cursor.text.startsWith('[[', start) &&
      /\s/.test(cursor.text.charAt(start + 2))
    ) {
      words.push(...readTest(cursor));
      continue;
    }
    const word = readWord(cursor);
    if (word === undefined) break;
    if (cursor.text.charAt(cursor.position) === '(')
      cursor.problems.push('a function or an extended glob is not understood');
    const plain = words.length === 0 && !word.quoted && word.certainty === 'sure';
    if (plain && assignments.length === 0 && UNREADABLE.has(word.text))
      cursor.problems.push(`"${word.text}" is not understood`);
    if (plain && assignments.length === 0 && (SKIPPED.has(word.text) || word.text === 'for')) {
      if (BRANCHING.has(word.text)) state.branching = true;
      if (word.text === 'for') readFor(cursor);
      continue;
    }
    const assigned =
      words.length === 0
        ? /^([A-Za-z_]\w*)(\+?)=/.exec(cursor.text.slice(start, cursor.position))
        : null;
    if (assigned?.[1] === undefined) words.push(word);
    else
      assignments.push({
        name: assigned[1],
        value: { ...word, text: word.text.slice(assigned[0].length) },
      });
  }
  if (
    assignments.length + words.length + redirects.length + cursor.inner.length === 0 &&
    input.value === undefined &&
    cursor.pending.every((pending) => pending.into !== input)
  )
    return undefined;
  return { kind: 'simple', assignments, words, redirects, input, inner: cursor.inner };
}

/** Variables that programs obey are written in capitals, so a loop may not count in one. */
const LOOP_NAME = /^(?:[a-z]\w*|[A-Z])$/;

/** `NAME in word …`: the words only give values; `do` and what follows is read as commands. */
function readFor(cursor: Cursor): void {
  blanks(cursor);
  const name = readWord(cursor);
  blanks(cursor);
  const keyword = readWord(cursor);
  if (name === undefined || !LOOP_NAME.test(name.text) || keyword?.text !== 'in')
    cursor.problems.push('this form of "for" is not understood');
  for (blanks(cursor); readWord(cursor) !== undefined; blanks(cursor));
}

/**
 * `[[ … ]]`: a shell without it would read `<`, `>`, `&&`, `||` and parentheses differently, so
 * they are refused inside.
 */
function readTest(cursor: Cursor): Word[] {
  const words: Word[] = [{ text: '[[', certainty: 'sure', quoted: false }];
  cursor.position += 2;
  for (;;) {
    blanks(cursor);
    const word = readWord(cursor);
    if (word === undefined) {
      cursor.problems.push(
        '[[ … ]] is understood on one line and without operators; use [ … ] for one test each',
      );
      cursor.position = cursor.text.length;
      return words;
    }
    words.push(word);
    if (/^-(?:eq|ne|lt|le|gt|ge|v|R)$/.test(word.text))
      cursor.problems.push(`${word.text} inside [[ … ]] evaluates what it compares; use [ … ]`);
    if (word.text === ']]' && !word.quoted) return words;
  }
}

/** Blanks, continued lines and comments, but not the end of a line. */
function blanks(cursor: Cursor): void {
  for (;;) {
    const match = /^(?:[ \t\f\v]+|\\\n)/.exec(
      cursor.text.slice(cursor.position, cursor.position + 200),
    );
    if (match !== null) cursor.position += match[0].length;
    else if (cursor.text.charAt(cursor.position) === '#')
      while (cursor.position < cursor.text.length && cursor.text.charAt(cursor.position) !== '\n')
        cursor.position += 1;
    else return;
  }
}
