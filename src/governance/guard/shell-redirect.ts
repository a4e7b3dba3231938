/** Redirections of a shell command, and the here-documents that they announce. */
import type { Redirect, SimpleCommand } from './shell-types.js';
import { readWord, type Cursor } from './shell-word.js';

const REDIRECT = /^(?:\d*)(&>>|&>|<<<|<<-|<<(?!<)|>>|>\||>&|<&|<>|>(?!\()|<(?!\())/;

/** `false` when no redirection begins here. */
export function readRedirect(
  cursor: Cursor,
  redirects: Redirect[],
  input: SimpleCommand['input'],
): boolean {
  const { text } = cursor;
  const match = REDIRECT.exec(text.slice(cursor.position, cursor.position + 24));
  const operator = match?.[1];
  if (match === null || operator === undefined) return false;
  cursor.position += match[0].length;
  while (/[ \t]/.test(text.charAt(cursor.position))) cursor.position += 1;
  const start = cursor.position;
  const word = readWord(cursor);
  if (word === undefined) {
    cursor.problems.push(`${operator} names nothing`);
    return true;
  }
  if (text.charAt(start) === '!') cursor.problems.push(`${operator}! is not understood`);
  if (operator === '<<' || operator === '<<-') {
    if (!/^(?:\\?[\w.-]+|'[\w .-]+'|"[\w .-]+")$/.test(text.slice(start, cursor.position)))
      cursor.problems.push('the delimiter of a here-document is not a plain word');
    const sure = word.quoted || /['"\\]/.test(text.slice(start, cursor.position));
    cursor.pending.push({ delimiter: word.text, strip: operator === '<<-', sure, into: input });
  } else if (operator === '<<<')
    input.value = { text: `${word.text}\n`, sure: word.certainty === 'sure' };
  else if (
    (operator === '>&' || operator === '<&') &&
    word.certainty === 'sure' &&
    /^(?:\d+-?|-)$/.test(word.text)
  )
    return true;
  else redirects.push({ mode: redirectMode(operator), to: word });
  return true;
}

/** The here-documents announced on the line that just ended. */
export function readBodies(cursor: Cursor): void {
  for (const { delimiter, strip, sure, into } of cursor.pending.splice(0)) {
    const lines: string[] = [];
    while (cursor.position < cursor.text.length) {
      const end = cursor.text.indexOf('\n', cursor.position);
      const line = cursor.text.slice(cursor.position, end < 0 ? cursor.text.length : end);
      cursor.position = end < 0 ? cursor.text.length : end + 1;
      const bare = strip ? line.replace(/^\t+/, '') : line;
      if (bare === delimiter) break;
      lines.push(bare);
    }
    const text = lines.map((line) => `${line}\n`).join('');
    if (!sure && /`|\$\(|\$\{/.test(text))
      cursor.problems.push('a here-document has a substitution in it; quote its delimiter');
    into.value = { text, sure: sure || !/[$\\]/.test(text) };
  }
}

function redirectMode(operator: string): Redirect['mode'] {
  if (operator === '<' || operator === '<&') return 'read';
  return operator.endsWith('>>') ? 'append' : 'write';
}
