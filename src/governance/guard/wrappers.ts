/** Programs that start another program: what they start is judged, and how they may be told to. */
import { has, isOneOf, readArguments, valuesOf, type Arguments } from './options.js';
import {
  NOTHING,
  onEach,
  type Effect,
  type Names,
  type Program,
  reading,
  type Reading,
  refused,
  split,
  together,
} from './program.js';
import type { Word } from './shell-types.js';

/**
 * One row for each. Any other option is refused: it could start something else, elsewhere, or with
 * other variables.
 */
type Starter = {
  readonly names: Names;
  readonly flags?: Names;
  readonly valued?: Names;
  /** Letters that take the rest of their cluster as a value. */
  readonly suffixed?: string;
  /** Options whose value is a file that is written. */
  readonly outputs?: Names;
  /** Operands of its own before the program, and what happens to the files that they name. */
  readonly own?: number;
  readonly op?: Effect['op'];
  /** The program with its arguments; default: the operands after its own. */
  readonly started?: (name: string, args: Arguments) => Reading;
};

const STARTERS: readonly Starter[] = [
  { names: 'nohup busybox toybox' },
  { names: 'setsid', flags: 'c ctty w wait' },
  { names: 'nice', valued: 'n adjustment' },
  { names: 'ionice', flags: 't ignore', valued: 'c class n classdata' },
  { names: 'chrt', flags: 'b batch i idle o other' },
  { names: 'stdbuf', valued: 'i input o output e error' },
  {
    names: 'timeout',
    flags: 'foreground preserve-status v verbose',
    valued: 'k kill-after s signal',
    own: 1,
  },
  {
    names: 'time',
    flags: 'a append p portability q quiet v verbose',
    valued: 'f format',
    outputs: 'o output',
  },
  {
    names: 'flock',
    flags: 's shared x e exclusive n nb nonblock o close F no-fork verbose',
    valued: 'w wait timeout E conflict-exit-code',
    own: 1,
    op: 'append',
    started: (name, { operands }) =>
      operands[1]?.text.startsWith('-') === true
        ? refused(
            'command-denied',
            `${name} ${operands[1].text} could run a shell; write the program and its words`,
          )
        : run(operands.slice(1)),
  },
  {
    names: 'env',
    flags: 'i ignore-environment 0 null v debug',
    valued: 'u unset',
    started: (_, { operands }) => withVariables(operands),
  },
  {
    names: 'xargs',
    flags: '0 null r no-run-if-empty t verbose x exit',
    valued: 'I n max-args P max-procs L max-lines d delimiter s max-chars a arg-file E',
    suffixed: 'iel',
    started: (_, args) => withInput(args),
  },
];

export const WRAPPERS: ReadonlyMap<string, Program> = new Map(
  STARTERS.flatMap((starter) => split(starter.names).map((name) => [name, programOf(starter)])),
);

function programOf(starter: Starter): Program {
  const { suffixed, own = 0, op } = starter;
  const outputs = split(starter.outputs ?? '');
  const valued = [...split(starter.valued ?? ''), ...outputs];
  const flags = split(starter.flags ?? '');
  const allowed = [...valued, ...flags, ...(suffixed ?? '')];
  return (name, words) => {
    const args = readArguments(words, { valued, suffixed: suffixed ?? '', leading: true });
    if (args.unknown)
      return refused('command-unparsable', `an argument of ${name} is not known; write it out`);
    const stranger = args.options.find((option) => !isOneOf(option.name, allowed));
    if (stranger !== undefined)
      return refused(
        'command-unparsable',
        `${name} starts programs, and its option ${stranger.name} is not among those that are accepted (${[...valued, ...flags].join(', ')}); leave it out`,
      );
    return together(
      onEach(name, valuesOf(args, ...outputs), (path) => ({ op: 'write', path })),
      op === undefined
        ? NOTHING
        : onEach(name, args.operands.slice(0, own), (path) => ({ op, path, content: '' })),
      starter.started?.(name, args) ?? run(args.operands.slice(own)),
    );
  };
}

function run(words: readonly Word[]): Reading {
  return words.length === 0 ? NOTHING : reading({ run: [words] });
}

function withVariables(operands: readonly Word[]): Reading {
  const end = operands.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.text));
  const names = operands
    .slice(0, end < 0 ? undefined : end)
    .map((word) => word.text.slice(0, word.text.indexOf('=')));
  return together(
    ...names.map((name) => {
      const problem = assignmentProblem(name);
      return problem === undefined ? NOTHING : refused('command-denied', problem);
    }),
    end < 0 ? NOTHING : run(operands.slice(end)),
  );
}

/** What it reads completes the words that have the mark, and follows the last one. */
function withInput(args: Arguments): Reading {
  const mark = valuesOf(args, 'I', 'i', 'replace')[0]?.text ?? '{}';
  const words = args.operands.map((word) =>
    has(args, 'I', 'i', 'replace') && word.text.includes(mark)
      ? { ...word, certainty: 'unknown' as const }
      : word,
  );
  return words.length === 0 ? NOTHING : run([...words, ANY_WORD, ANY_WORD]);
}

/** Two of them stand for any number. */
const ANY_WORD: Word = { text: '', certainty: 'unknown' };

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
