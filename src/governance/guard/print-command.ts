/** The steps of a command as text for a host's shell, every word quoted: it has no choice. */
import { inSingleQuotes } from '../../kernel/shell-word.js';
import type { Redirect, SimpleCommand, Step } from './shell-types.js';

/** Every shell takes the text for these steps, and so does the reader of commands. */
export function printCommand(steps: readonly Step[]): string {
  const lines: string[] = [];
  const bodies: string[] = [];
  for (const [index, { join, enter, pipeline }] of steps.entries()) {
    if (join === ';') lines.push(...bodies.splice(0));
    if (enter !== undefined) {
      const rest = printCommand(steps.slice(index + 1));
      lines.push(
        ...bodies,
        rest === ''
          ? `cd ${inSingleQuotes(enter)}`
          : `cd ${inSingleQuotes(enter)} && {\n${rest}\n}`,
      );
      return lines.join('\n');
    }
    const line = pipeline.map((command) => printSimple(command, bodies)).join(' | ');
    if (join === ';' || lines.length === 0) lines.push(line);
    else lines.push(`${lines.pop() ?? ''} ${join} ${line}`);
  }
  return [...lines, ...bodies].join('\n');
}

/** @param bodies the here-documents that follow the line. */
function printSimple({ env, words, redirects }: SimpleCommand, bodies: string[]): string {
  return [
    ...env.map(({ name, value }) => `${name}=${inSingleQuotes(value)}`),
    ...words.map(inSingleQuotes),
    ...redirects.map((redirect) => printRedirect(redirect, bodies)),
  ].join(' ');
}

function printRedirect(redirect: Redirect, bodies: string[]): string {
  switch (redirect.mode) {
    case 'text': {
      const lines = redirect.text.split('\n');
      let end = 'END_OF_TEXT';
      while (lines.includes(end)) end += '_';
      bodies.push(`${redirect.text}${end}`);
      return `<<'${end}'`;
    }
    case 'read':
      return `< ${inSingleQuotes(redirect.to)}`;
    case 'copy':
      return `${redirect.fd}>&${redirect.of}`;
    default:
      return `${redirect.fd}${redirect.mode === 'append' ? '>>' : '>'} ${inSingleQuotes(redirect.to)}`;
  }
}
