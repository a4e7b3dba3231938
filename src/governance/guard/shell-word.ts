/** Reads one word of a shell command, and marks what only the shell would know. */
import type { Input, Script, Word } from './shell-types.js';

/** `script` reads commands up to a closing parenthesis. */
export type Cursor = {
  readonly text: string;
  position: number;
  /** How many groups and substitutions deep. */
  depth: number;
  readonly problems: string[];
  /** Here-documents announced on the line being read. */
  readonly pending: PendingInput[];
  inner: Script[];
  readonly script: (cursor: Cursor) => Script;
  readonly parse: (text: string, depth: number) => Script;
};

export type PendingInput = {
  readonly delimiter: string;
  readonly strip: boolean;
  readonly sure: boolean;
  readonly into: { value: Input | undefined };
};

type Building = { text: string; certainty: Word['certainty']; quoted: boolean };

const ENDS_WORD = /[\s;&|()<>]/;
const NAME = /[A-Za-z0-9_]/;

/** `undefined` when no word begins here. */
export function readWord(cursor: Cursor): Word | undefined {
  const { text } = cursor;
  const start = cursor.position;
  const word: Building = { text: '', certainty: 'sure', quoted: false };
  while (cursor.position < text.length) {
    const character = text.charAt(cursor.position);
    if ((character === '<' || character === '>') && text.charAt(cursor.position + 1) === '(')
      substitute(cursor, word, false);
    else if (ENDS_WORD.test(character)) break;
    else readPart(cursor, word, character);
  }
  if (cursor.position === start) return undefined;
  if (
    /^~/.test(text.slice(start, start + 1)) ||
    /^[A-Za-z_]\w*=(?:.*:)?~/.test(text.slice(start, cursor.position))
  )
    word.certainty = 'unknown';
  return word;
}

function readPart(cursor: Cursor, word: Building, character: string): void {
  const { text } = cursor;
  if (character === "'") return readSingle(cursor, word);
  if (character === '"') return readDouble(cursor, word);
  if (character === '`') return readBackticks(cursor, word);
  if (character === '$') return readDollar(cursor, word, false);
  if (character === '\\') {
    const next = text.charAt(cursor.position + 1);
    if (next === '') cursor.problems.push('it ends in a backslash');
    else if (next !== '\n') add(word, next, true);
    cursor.position += 2;
    return;
  }
  if (
    '*?['.includes(character) &&
    word.certainty === 'sure' &&
    !(character === '[' && word.text === '' && /[\s;]|$/.test(text.charAt(cursor.position + 1)))
  )
    word.certainty = 'glob';
  if (character === '{' || character === '}') return readBrace(cursor, word);
  add(word, character, false);
  cursor.position += 1;
}

/** `{}` is text and `{a,b}` is expanded; shells disagree about other unquoted braces. */
function readBrace(cursor: Cursor, word: Building): void {
  const rest = cursor.text.slice(cursor.position, cursor.position + 400);
  const match = /^(?:\{\}|\{[^\s{}'"`$\\;&|()<>]*(?:,|\.\.)[^\s{}'"`$\\;&|()<>]*\})/.exec(rest);
  if (match === null) return unterminated(cursor, 'a brace is not understood there; quote it');
  if (match[0] !== '{}') word.certainty = 'unknown';
  add(word, match[0], false);
  cursor.position += match[0].length;
}

function add(word: Building, text: string, quoted: boolean): void {
  word.text += text;
  if (quoted) word.quoted = true;
}

function readSingle(cursor: Cursor, word: Building): void {
  const end = cursor.text.indexOf("'", cursor.position + 1);
  if (end < 0) return unterminated(cursor, "a ' is not closed");
  add(word, cursor.text.slice(cursor.position + 1, end), true);
  cursor.position = end + 1;
}

function readDouble(cursor: Cursor, word: Building): void {
  const { text } = cursor;
  word.quoted = true;
  cursor.position += 1;
  while (cursor.position < text.length) {
    const character = text.charAt(cursor.position);
    if (character === '"') {
      cursor.position += 1;
      return;
    }
    if (character === '`') readBackticks(cursor, word);
    else if (character === '$') readDollar(cursor, word, true);
    else if (character === '\\' && '"\\$`\n'.includes(text.charAt(cursor.position + 1) || ' ')) {
      if (text.charAt(cursor.position + 1) !== '\n') word.text += text.charAt(cursor.position + 1);
      cursor.position += 2;
    } else {
      word.text += character;
      cursor.position += 1;
    }
  }
  cursor.problems.push('a " is not closed');
}

/** `$'…'`, `$"…"`, `$(…)`, `$((…))`, `${…}`, `$name`; a lone `$` is itself. */
function readDollar(cursor: Cursor, word: Building, inQuotes: boolean): void {
  const rest = cursor.text.slice(cursor.position + 1, cursor.position + 3);
  if (rest.startsWith("'") && !inQuotes) return readAnsi(cursor, word);
  if (rest.startsWith('"') && !inQuotes) {
    cursor.position += 1;
    return readDouble(cursor, word);
  }
  if (rest === '((') return readArithmetic(cursor, word);
  if (rest.startsWith('(')) return substitute(cursor, word, true);
  if (rest.startsWith('{')) return readBraced(cursor, word);
  if (rest.startsWith('[')) return unterminated(cursor, '$[…] is not understood');
  cursor.position += 1;
  if (/^[A-Za-z_]/.test(rest))
    while (NAME.test(cursor.text.charAt(cursor.position))) cursor.position += 1;
  else if (/^[0-9*@#?$!-]/.test(rest)) cursor.position += 1;
  else return add(word, '$', false);
  word.certainty = 'unknown';
}

function readArithmetic(cursor: Cursor, word: Building): void {
  const end = cursor.text.indexOf('))', cursor.position);
  const inside = end < 0 ? '' : cursor.text.slice(cursor.position + 3, end);
  if (end < 0 || !/^[\d\s+\-*/%<>=!&|?:,()]*$/.test(inside))
    return unterminated(
      cursor,
      'an arithmetic expansion over variables is not understood (a value can hold a command); use numbers, or expr',
    );
  word.certainty = 'unknown';
  cursor.position = end + 2;
}

/** Plain uses only: nothing that sets, computes or evaluates. */
const PLAIN_EXPANSION =
  /^(?:#?(?:[A-Za-z_]\w*|[0-9@*#?])|(?:[A-Za-z_]\w*|[0-9]+)(?::?[-+?][\w\s./*:,@%+-]*|(?:##?|%%?|\/\/?|\^\^?|,,?)[\w\s./*?:,@%+-]*|:\d+(?::\d+)?))$/;

function readBraced(cursor: Cursor, word: Building): void {
  const end = cursor.text.indexOf('}', cursor.position);
  const inside = end < 0 ? '' : cursor.text.slice(cursor.position + 2, end);
  if (end < 0 || !PLAIN_EXPANSION.test(inside))
    return unterminated(cursor, 'a ${…} expansion is not understood');
  word.certainty = 'unknown';
  cursor.position = end + 1;
}

function readBackticks(cursor: Cursor, word: Building): void {
  let end = cursor.position + 1;
  while (end < cursor.text.length && cursor.text.charAt(end) !== '`')
    end += cursor.text.charAt(end) === '\\' ? 2 : 1;
  if (end >= cursor.text.length) return unterminated(cursor, 'a ` is not closed');
  cursor.inner.push(
    cursor.parse(
      cursor.text.slice(cursor.position + 1, end).replace(/\\([`\\$])/g, '$1'),
      cursor.depth + 1,
    ),
  );
  word.certainty = 'unknown';
  cursor.position = end + 1;
}

export const DEEPEST = 12;

/** Commands up to a closing parenthesis or brace; too deep is a problem, not a crash. */
export function nested(cursor: Cursor): Script {
  if (cursor.depth >= DEEPEST) {
    unterminated(cursor, `it is nested more than ${DEEPEST} deep`);
    return { steps: [], branching: false, problems: [] };
  }
  cursor.depth += 1;
  const inside = cursor.script(cursor);
  cursor.depth -= 1;
  return inside;
}

/** `$(…)`, or `<(…)` and `>(…)`, which stand for a name below /dev/fd. */
function substitute(cursor: Cursor, word: Building, dollar: boolean): void {
  cursor.position += 2;
  if (cursor.pending.length > 0)
    cursor.problems.push('a here-document on the same line as a substitution is not understood');
  const outer = cursor.inner;
  cursor.inner = [];
  const script = nested(cursor);
  cursor.inner = [...outer, script];
  if (!dollar) word.text += '/dev/fd/';
  if (cursor.text.charAt(cursor.position) === ')') cursor.position += 1;
  else cursor.problems.push('a ( is not closed');
  word.certainty = 'unknown';
}

const ANSI: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** `$'…'`: only the escapes whose meaning is certain; another one makes the command unreadable. */
function readAnsi(cursor: Cursor, word: Building): void {
  const match = /^\$'((?:[^'\\]|\\[^])*)'/.exec(cursor.text.slice(cursor.position));
  if (match === null) return unterminated(cursor, "a $' is not closed");
  if (match[1]?.includes("'") === true)
    return unterminated(cursor, "a quote inside $'…' ends it in some shells");
  const decoded = (match[1] ?? '').replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|([^]))/g,
    (_, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const plain = letter === undefined ? characterOf(hex ?? short ?? long, octal) : ANSI[letter];
      if (plain === undefined) cursor.problems.push("an escape inside $'…' is not understood");
      return plain ?? '';
    },
  );
  add(word, decoded, true);
  cursor.position += match[0].length;
}

function unterminated(cursor: Cursor, problem: string): void {
  cursor.problems.push(problem);
  cursor.position = cursor.text.length;
}

/** An ASCII character by its number; shells disagree about all others. */
function characterOf(hex: string | undefined, octal = ''): string | undefined {
  const code = hex === undefined ? Number.parseInt(octal, 8) & 255 : Number.parseInt(hex, 16);
  return code > 0 && code < 128 ? String.fromCharCode(code) : undefined;
}
