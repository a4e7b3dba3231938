/** Help pages: one screen for all commands, one for each. */
import { type Catalogue, GROUPS } from './catalogue-entry.js';
import type { Command } from './types.js';

const FIRST = [
  ['init', '  nocturne init my-workspace      make a workspace and its owner'],
  ['validate', '  nocturne validate               is it sound?'],
  ['night', '  nocturne night --passes 3       let the agents work, then read the briefing'],
] as const;

/**
 * One screen: the daily commands with a line each, the others by name. @param whole a line for
 * every command.
 */
export function helpPage(catalogue: Catalogue, whole = false): string {
  const width = Math.max(...Object.keys(catalogue).map((name) => name.length)) + 2;
  const parts = GROUPS.map((group) => {
    const names = Object.entries(catalogue).filter(([, entry]) => entry.group === group);
    if (names.length === 0) return '';
    const lines =
      whole || group === GROUPS[0]
        ? names.map(([name, entry]) => `  ${name.padEnd(width)}${entry.summary}`)
        : namesOf(names.map(([name]) => name));
    return `${group}\n${lines.join('\n')}\n`;
  });
  const first = FIRST.filter(([name]) => catalogue[name] !== undefined);
  return [
    'nocturne: governance for agents that work while nobody watches',
    '',
    ...(first.length === 0 ? [] : [...first.map(([, line]) => line), '']),
    ...parts.filter((part) => part !== ''),
    ...(whole ? [] : ['nocturne help all says what each does, nocturne help COMMAND how.']),
    'Every command takes --workspace DIR, --json, --quiet, --no-color and --help.',
    'Exit codes: 0 done, 1 findings or a failed pass, 2 usage, 3 gate refused, 4 deferred, 5 refused by policy, 70 a bug.',
  ].join('\n');
}

const WIDTH = 100;

/** Commands of one first word together: `pass begin, end, heartbeat, abort`. */
function namesOf(names: readonly string[]): readonly string[] {
  const byFirst = new Map<string, string[]>();
  for (const name of names) {
    const [first = '', ...rest] = name.split(' ');
    byFirst.set(first, [...(byFirst.get(first) ?? []), rest.join(' ')]);
  }
  const items = [...byFirst].map(([first, rest]) =>
    [first, rest.filter((part) => part !== '').join(' | ')].filter((part) => part !== '').join(' '),
  );
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last === undefined || last.length + item.length + 3 > WIDTH) lines.push(`  ${item}`);
    else lines[lines.length - 1] = `${last},  ${item}`;
  }
  return lines;
}

export function helpFor(name: string, summary: string, command: Command): string {
  const options = [
    ...(command.options ?? []),
    { flags: '--workspace <dir>', description: 'which workspace' },
    { flags: '--json', description: 'one JSON document on stdout' },
    { flags: '--quiet', description: 'no progress' },
  ];
  const width = Math.max(...options.map((option) => option.flags.length)) + 2;
  return [
    `nocturne ${name}${command.args === undefined ? '' : ` ${command.args}`}`,
    `  ${summary}`,
    '',
    ...command.examples.map((example) => `  $ ${example}`),
    '',
    ...options.map(
      (option) =>
        `  ${option.flags.padEnd(width)}${option.description}${'choices' in option && option.choices !== undefined ? ` (${option.choices.join(', ')})` : ''}`,
    ),
  ].join('\n');
}
