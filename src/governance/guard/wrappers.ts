/** Programs and builtins that run something else: what they run is what is judged. */
import { has, readArguments, valuesOf } from './options.js';
import {
  NOTHING,
  onEach,
  type Program,
  reading,
  type Reading,
  refused,
  split,
  together,
} from './program.js';

type Wrapper = Program;

/**
 * Variables that change nothing but language, colours and time zone, or carry the pass token. Every
 * other one may be obeyed by a program.
 */
const HARMLESS =
  /^(?:LANG|LC_[A-Z]+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CI|COLUMNS|LINES|TERM|NODE_ENV|NOCTURNE_TOKEN|NOCTURNE_PASS_TOKEN)$/;
/** Why a program must not be started with this variable. */
export function assignmentProblem(name: string): string | undefined {
  return HARMLESS.test(name)
    ? undefined
    : `it sets ${name}; variables can change what programs run and load`;
}

function setting(names: readonly string[]): Reading {
  return together(
    ...names.map((name) => {
      const problem = assignmentProblem(name);
      return problem === undefined ? NOTHING : refused('command-denied', problem);
    }),
  );
}

/** `valued`: its own options with values; `drop`: operands of its own before the command. */
function prefix(valued: readonly string[], drop = 0): Wrapper {
  return (name, args) => {
    const parsed = readArguments(args, { valued, leading: true });
    if (parsed.unknown)
      return refused('command-unparsable', `an argument of ${name} is not known; write it out`);
    return reading({ run: [parsed.operands.slice(drop)] });
  };
}

const env: Wrapper = (name, args) => {
  const parsed = readArguments(args, {
    valued: ['u', 'unset', 'C', 'chdir', 'S', 'split-string'],
    leading: true,
  });
  if (parsed.unknown || has(parsed, 'S', 'split-string', 'C', 'chdir'))
    return refused('command-unparsable', `these options of ${name} are not supported`);
  const end = parsed.operands.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.text));
  const names = parsed.operands
    .slice(0, end < 0 ? undefined : end)
    .map((word) => word.text.slice(0, word.text.indexOf('=')));
  return together(
    setting(names),
    end < 0 ? NOTHING : reading({ run: [parsed.operands.slice(end)] }),
  );
};

const xargs: Wrapper = (name, args) => {
  const parsed = readArguments(args, {
    valued: split('I n max-args P max-procs L d delimiter s max-chars a arg-file E'),
    suffixed: 'iel',
    leading: true,
  });
  if (parsed.unknown)
    return refused('command-unparsable', `an argument of ${name} is not known; write it out`);
  const mark = valuesOf(parsed, 'I', 'i', 'replace')[0]?.text ?? '{}';
  const words = parsed.operands.map((word) =>
    word.text.includes(mark) ? { ...word, certainty: 'unknown' as const } : word,
  );
  return words.length === 0
    ? NOTHING
    : reading({ run: [[...words, { text: '', certainty: 'unknown' }]] });
};

const time: Wrapper = (name, args) => {
  const parsed = readArguments(args, { valued: ['f', 'format', 'o', 'output'], leading: true });
  return together(
    onEach(name, valuesOf(parsed, 'o', 'output'), (path) => ({ op: 'write', path })),
    reading({ run: [parsed.operands] }),
  );
};

export const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ['env', env],
  ['xargs', xargs],
  ...['nohup', 'setsid', 'busybox', 'toybox'].map((name) => [name, prefix([])] as const),
  ['nice', prefix(['n', 'adjustment'])],
  ['ionice', prefix(['c', 'class', 'n', 'classdata'])],
  ['stdbuf', prefix(['i', 'input', 'o', 'output', 'e', 'error'])],
  ['timeout', prefix(['k', 'kill-after', 's', 'signal'], 1)],
  ['time', time],
]);
