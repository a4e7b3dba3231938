/** Completes a command line: names of commands, options and their values, ids and slugs. */
import { answerable } from './find-question.js';
import { fieldText } from '../../project/field-text.js';
import { routeOf } from '../../registry/route.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Catalogue } from './catalogue.js';
import type { Command, OptionSpec } from './types.js';

type Place = {
  readonly snapshot: Snapshot;
  /** The positional words before the cursor. */
  readonly before: readonly string[];
  readonly prefix: string;
};
type Source = (place: Place) => readonly string[];

const projects: Source = ({ snapshot }) => snapshot.records('DISPATCH').map((row) => row.key);
const questions: Source = ({ snapshot }) =>
  answerable(snapshot)
    .flatMap((record) => [record.key, fieldText(record, 'project')])
    .filter((name) => name !== '');
const runs: Source = ({ snapshot }) =>
  Array.from(snapshot.rows('RUN', { newestFirst: true }), (run) => run.key);
const bundles: Source = ({ snapshot }) => [...snapshot.schema.bundles.keys()];
const objects: Source = ({ snapshot }) =>
  [...snapshot.schema.objects.values()]
    .filter((object) => object.shape !== 'log')
    .map((object) => object.object);
const protectedFiles: Source = ({ snapshot }) =>
  [...snapshot.files.keys()].filter((path) => routeOf(snapshot.schema, path).tier === 'PROTECTED');
const files: Source = ({ snapshot }) => [...snapshot.files.keys()];
const runners: Source = ({ snapshot }) => snapshot.records('RUNNER').map((runner) => runner.key);
const tiers: Source = ({ snapshot }) => snapshot.records('MODEL-TIER').map((tier) => tier.key);
const argumentsOf: Source = ({ snapshot, before }) =>
  (snapshot.schema.bundles.get(before[0] ?? '')?.arguments ?? [])
    .map((argument) => `${argument.name}=`)
    .filter((name) => !before.some((word) => word.startsWith(name)));
const fieldsOf: Source = ({ snapshot, before }) =>
  [...(snapshot.schema.objects.get(before[0] ?? '')?.fields.keys() ?? [])]
    .map((name) => `${name}=`)
    .filter((name) => !before.some((word) => word.startsWith(name)));
const times: Source = (place) => ['now', '1h', '24h', '7d', ...runs(place).slice(0, 10)];

/** `OBJECT[`, then `OBJECT[key].`, then the fields: all addresses at once would be too many. */
const addresses: Source = ({ snapshot, prefix }) => {
  const [, name, key, dot] = /^([A-Z][A-Z0-9-]*)\[([^\]]*)(\]\.)?/.exec(prefix) ?? [];
  const object = name === undefined ? undefined : snapshot.schema.objects.get(name);
  if (object === undefined)
    return [...snapshot.schema.objects.keys()].map((candidate) => `${candidate}[`);
  if (dot === undefined)
    return snapshot.records(object.object).map((record) => `${object.object}[${record.key}].`);
  return [...object.fields.keys()].map((field) => `${object.object}[${key}].${field}`);
};

/** By command: a source for each positional word; the last one serves all further words. */
const WORDS: Readonly<Record<string, readonly Source[]>> = {
  approve: [questions],
  decline: [questions],
  answer: [questions],
  'project pause': [projects],
  'project resume': [projects],
  'project focus': [projects],
  'project abandon': [projects],
  sign: [protectedFiles],
  impact: [files],
  get: [addresses],
  set: [addresses],
  history: [addresses],
  'as-of': [times, addresses],
  diff: [times, times],
  add: [objects, fieldsOf],
  'bundle run': [bundles, argumentsOf],
  'kept list': [runs],
  'kept apply': [runs, files],
  completion: [() => ['bash', 'zsh', 'fish']],
};
/** By the long name of an option, for all commands. */
const VALUES: Readonly<Record<string, Source>> = {
  project: projects,
  run: runs,
  since: times,
  valid: times,
  runner: runners,
  tier: tiers,
  path: files,
  to: files,
};

/**
 * @param words what was typed after `nocturne`, the last one up to the cursor.
 * @param options.catalogue what the caller may call. @param options.open opens the workspace.
 */
export async function complete(
  words: readonly string[],
  options: { readonly catalogue: Catalogue; readonly open: () => Snapshot | undefined },
): Promise<readonly string[]> {
  const prefix = words.at(-1) ?? '';
  const typed = words.slice(0, -1);
  return [...new Set(await candidates(typed, { prefix, ...options }))]
    .filter((word) => word.startsWith(prefix) && word !== '')
    .sort();
}

async function candidates(
  typed: readonly string[],
  options: {
    readonly prefix: string;
    readonly catalogue: Catalogue;
    readonly open: () => Snapshot | undefined;
  },
): Promise<readonly string[]> {
  const { catalogue } = options;
  const names = Object.keys(catalogue);
  const name = [typed.slice(0, 2).join(' '), typed[0] ?? ''].find((candidate) =>
    names.includes(candidate),
  );
  const second =
    typed.length === 1
      ? names.flatMap((candidate) =>
          candidate.startsWith(`${typed[0]} `)
            ? [candidate.slice((typed[0] ?? '').length + 1)]
            : [],
        )
      : [];
  if (typed.length === 0) return names.map((candidate) => candidate.split(' ')[0] ?? '');
  if (name === undefined) return second;
  const command = await catalogue[name]?.load();
  if (command === undefined) return [];
  const rest = typed.slice(name.split(' ').length);
  const option = optionBefore(command, rest.at(-1));
  const snapshot = options.open();
  if (option !== undefined)
    return (
      option.choices ??
      (snapshot === undefined
        ? []
        : (VALUES[longName(option).slice(2)]?.({ snapshot, before: [], prefix: options.prefix }) ??
          []))
    );
  if (options.prefix.startsWith('-'))
    return [
      ...(command.options ?? []).map(longName),
      '--workspace',
      '--json',
      '--quiet',
      '--no-color',
      '--help',
    ];
  const before = positional(command, rest);
  const sources = WORDS[name] ?? [];
  const source = sources[before.length] ?? sources.at(-1);
  return [
    ...second,
    ...(source === undefined || snapshot === undefined
      ? []
      : source({ snapshot, before, prefix: options.prefix })),
  ];
}

function longName(option: OptionSpec): string {
  return /--[a-z-]+/.exec(option.flags)?.[0] ?? '';
}

/** The option that the last word names and that needs a value. */
function optionBefore(command: Command, word: string | undefined): OptionSpec | undefined {
  return word === undefined || !word.startsWith('-')
    ? undefined
    : (command.options ?? []).find(
        (option) => option.flags.includes('<') && option.flags.split(/[ ,]+/).includes(word),
      );
}

function positional(command: Command, words: readonly string[]): readonly string[] {
  return words.filter(
    (word, i) =>
      !word.startsWith('-') &&
      optionBefore(command, words[i - 1]) === undefined &&
      words[i - 1] !== '--workspace',
  );
}
