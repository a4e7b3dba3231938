/** Help: one page for all commands, and one for each. */
import { type Catalogue, GROUPS } from './catalogue.js';
import type { Command } from './types.js';

const FIRST = [
  ['init', '  nocturne init my-workspace      create a workspace and your key'],
  ['validate', '  nocturne validate               check the workspace'],
  ['night', '  nocturne night --passes 3       let the agents work, then read the briefing'],
] as const;

/** A line for each daily command, the names of the others. @param whole a line for each command. */
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
    'nocturne: let AI agents work on a folder overnight, and check everything they do',
    '',
    ...(first.length === 0 ? [] : [...first.map(([, line]) => line), '']),
    ...parts.filter((part) => part !== ''),
    ...(whole
      ? []
      : ['nocturne help all describes every command. nocturne help COMMAND describes one.']),
    'Every command takes --workspace DIR, --json, --quiet, --no-color and --help.',
    'Exit codes: 0 done, 1 findings or a failed pass, 2 usage error, 3 gate refused, 4 deferred, 5 refused, 70 bug.',
  ].join('\n');
}

/** The commands that share a first word, such as those of `mesh`. */
export function helpOfGroup(catalogue: Catalogue, first: string): string | undefined {
  const inGroup = Object.entries(catalogue).filter(([name]) => name.startsWith(`${first} `));
  if (inGroup.length === 0) return undefined;
  const width = Math.max(...inGroup.map(([name]) => name.length)) + 2;
  return [
    `nocturne ${first} has these commands:`,
    '',
    ...inGroup.map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`),
    '',
    `nocturne help ${first} COMMAND describes one.`,
  ].join('\n');
}

const WIDTH = 118;

/** Groups commands by their first word: `pass begin | end | heartbeat | abort`. */
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
    if (last === undefined || last.length + item.length + 3 > WIDTH) lines.push(...wrapped(item));
    else lines[lines.length - 1] = `${last},  ${item}`;
  }
  return lines;
}

/** A large group has several lines. */
function wrapped(item: string): readonly string[] {
  const lines = ['  '];
  for (const [at, part] of item.split(' | ').entries()) {
    const next = at === 0 ? part : ` | ${part}`;
    if ((lines.at(-1) ?? '').length + next.length > WIDTH) lines.push(`    | ${part}`);
    else lines[lines.length - 1] += next;
  }
  return lines;
}

export function helpFor(name: string, summary: string, command: Command): string {
  const options = [
    ...(command.options ?? []),
    { flags: '--workspace <dir>', description: 'the directory of the workspace' },
    { flags: '--json', description: 'print one JSON document on stdout' },
    { flags: '--quiet', description: 'print no progress' },
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
        `  ${option.flags.padEnd(width)}${option.description}${'choices' in option && option.choices !== undefined ? `: ${option.choices.join(', ')}` : ''}`,
    ),
  ].join('\n');
}
