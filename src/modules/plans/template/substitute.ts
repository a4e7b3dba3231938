/** Replaces `{{context}}`, `{{vars.name}}` and the like in every text of a value. */
import { defined } from '../../../kernel/defined.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { parseCommand } from '../../../project/condition-argv.js';
import type { YamlPath } from '../../../project/condition-place.js';
import type { Problem } from './problem.js';

/** Names such as `context` and `vars.name`. */
export type Values = ReadonlyMap<string, string>;
/** `token`: the text to look for in the value at `path`. */
export type Lack = Omit<Problem, 'range'> & { readonly path: YamlPath; readonly token: string };

/**
 * Values are put in as they are: what they contain is not replaced again. `\{{` is the text `{{`.
 * Names that have no value are reported and stay.
 */
export function substitute(value: unknown, values: Values, report: (lack: Lack) => void): unknown {
  return inside(value, [], { values, report });
}

type Work = { readonly values: Values; readonly report: (lack: Lack) => void };

function inside(value: unknown, path: YamlPath, work: Work): unknown {
  if (typeof value === 'string') return inText(value, path, work);
  if (Array.isArray(value))
    return value.map((item: unknown, i) => inside(item, [...path, i], work));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      inside(COMMANDS.has(key) ? wordsOf(item) : item, [...path, key], work),
    ]),
  );
}

const COMMANDS: ReadonlySet<string> = new Set(['command', 'run', 'held_out']);

/**
 * A command line becomes words first, so that a value is never more than a part of one word. Only a
 * variable of the owner's that stands alone may be a whole command line.
 */
function wordsOf(command: unknown): unknown {
  if (typeof command !== 'string' || !command.includes('{{')) return command;
  const tight = command.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, '{{$1}}');
  if (/^\{\{vars\.[^{}]*\}\}$/.test(tight)) return command;
  return parseCommand(tight, [], () => undefined) ?? command;
}

function inText(text: string, path: YamlPath, work: Work): string {
  let out = '';
  let rest = text;
  for (let start = rest.indexOf('{{'); start !== -1; start = rest.indexOf('{{')) {
    if (rest[start - 1] === '\\') {
      out += `${rest.slice(0, start - 1)}{{`;
      rest = rest.slice(start + 2);
      continue;
    }
    const end = rest.indexOf('}}', start);
    if (end === -1) {
      work.report({
        path,
        token: '{{',
        message: '{{ is not closed',
        expected: '}} behind the name of a variable',
        hint: 'write \\{{ for the two braces themselves',
      });
      break;
    }
    const token = rest.slice(start, end + 2);
    out += rest.slice(0, start) + (valueOf(token, path, work) ?? token);
    rest = rest.slice(end + 2);
  }
  return out + rest;
}

function valueOf(token: string, path: YamlPath, { values, report }: Work): string | undefined {
  const name = token.slice(2, -2).trim();
  const value = values.get(name);
  if (value === undefined)
    report({
      path,
      token,
      message: `there is no value for {{${name}}}`,
      expected: [...values.keys()].map((key) => `{{${key}}}`).join(', ') || 'no variable here',
      actual: token,
      ...defined({ hint: name === 'context' ? '--context TEXT' : didYouMean(name, values.keys()) }),
    });
  return value;
}
