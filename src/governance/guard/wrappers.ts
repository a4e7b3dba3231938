/** Programs and builtins that run something else: what they run is what is judged. */
import { NOTHING, onEach, reading, refused, together, type Reading, split } from './program.js';
import { has, readArguments, valuesOf } from './options.js';
import type { Input, Word } from './shell-types.js';

type Wrapper = (name: string, args: readonly Word[], input: Input | undefined) => Reading;

/**
 * Variables that change nothing but language, colours and time zone, or carry the pass token. Every
 * other one may be obeyed by a program.
 */
const HARMLESS =
  /^(?:LANG|LC_[A-Z]+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CI|COLUMNS|LINES|TERM|NODE_ENV|NOCTURNE_TOKEN|NOCTURNE_PASS_TOKEN)$/;
/**
 * Variables of the shell's own: programs obey the ones in capitals, and zsh the ones that end in
 * `path`.
 */
const LOCAL = /^(?:(?!\w*path$)[a-z]\w*|[A-Z])$/;

/** @param exported it reaches a program's environment. */
export function assignmentProblem(name: string, exported: boolean): string | undefined {
  if (HARMLESS.test(name) || (!exported && LOCAL.test(name))) return undefined;
  return exported
    ? `it sets ${name} for a program; variables can change what programs run and load`
    : `it sets ${name}, which the shell or programs may obey; use a name in small letters`;
}

function setting(names: readonly string[], exported: boolean): Reading {
  return together(
    ...names.map((name) => {
      const problem = assignmentProblem(name, exported);
      return problem === undefined ? NOTHING : refused('command-denied', problem);
    }),
  );
}

/** `valued`: its own options with values; `drop`: operands of its own before the command. */
function prefix(valued: readonly string[], drop = 0): Wrapper {
  return (name, args) => {
    const parsed = readArguments(args, { valued, leading: true });
    if (parsed.unknown)
      return refused('command-unparsable', `an argument of ${name} is not certain; write it out`);
    return reading({ run: [parsed.operands.slice(drop)] });
  };
}

const env: Wrapper = (name, args) => {
  const parsed = readArguments(args, {
    valued: ['u', 'unset', 'C', 'chdir', 'S', 'split-string'],
    leading: true,
  });
  if (parsed.unknown || has(parsed, 'S', 'split-string', 'C', 'chdir'))
    return refused('command-unparsable', `${name} with these options is not understood`);
  const end = parsed.operands.findIndex(
    (word) => !(word.certainty !== 'glob' && /^[A-Za-z_]\w*=/.test(word.text)),
  );
  const names = parsed.operands
    .slice(0, end < 0 ? undefined : end)
    .map((word) => word.text.slice(0, word.text.indexOf('=')));
  return together(
    setting(names, true),
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
    return refused('command-unparsable', `an argument of ${name} is not certain; write it out`);
  const mark = valuesOf(parsed, 'I', 'i', 'replace')[0]?.text ?? '{}';
  const words = parsed.operands.map((word) =>
    word.text.includes(mark) ? { ...word, certainty: 'unknown' as const } : word,
  );
  return words.length === 0
    ? NOTHING
    : reading({ run: [[...words, { text: '', certainty: 'unknown', quoted: false }]] });
};

/** `-c TEXT` is read; a script file or unseen input cannot be. */
const shell: Wrapper = (name, args, input) => {
  let command = false;
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index];
    if (word === undefined || (word.certainty === 'sure' && !/^[-+]./.test(word.text))) break;
    if (word.certainty !== 'sure')
      return refused('command-unparsable', `an argument of ${name} is not certain; write it out`);
    if (word.text === '--') {
      index += 1;
      break;
    }
    if (/^--(?:rcfile|init-file|init-command|command)/.test(word.text))
      return refused('command-denied', `${name} ${word.text} runs another file first`);
    if (word.text.startsWith('--')) continue;
    if (/c/.test(word.text) && word.text.startsWith('-')) command = true;
    if (/[oO]$/.test(word.text)) index += 1;
  }
  const first = args[index];
  if (command && first !== undefined)
    return first.certainty === 'sure'
      ? reading({ scripts: [first.text] })
      : refused('command-unparsable', `the text that ${name} -c runs is not certain`);
  if (first !== undefined)
    return refused(
      'command-unparsable',
      `${name} would run a script file, whose commands are not seen here; run its commands one by one, or have the owner allow the script`,
    );
  if (input?.sure === true) return reading({ scripts: [input.text] });
  return refused(
    'command-unparsable',
    `${name} would run commands from its input, which are not seen here`,
  );
};

const evaluate: Wrapper = (name, args) =>
  args.every((word) => word.certainty === 'sure')
    ? reading({ scripts: [args.map((word) => word.text).join(' ')] })
    : refused('command-unparsable', `the text that ${name} runs is not certain`);

const trap: Wrapper = (name, args) => {
  const first = args[0];
  if (first === undefined || (first.certainty === 'sure' && /^(?:|-|-l|-p)$/.test(first.text)))
    return NOTHING;
  return refused(
    'command-unparsable',
    `what ${name} runs would run later, in a folder that is not known now; run it at the end instead`,
  );
};

const declare: Wrapper = (name, args) => {
  if (args.some((word) => word.certainty === 'unknown' && !/^[A-Za-z_]\w*=/.test(word.text)))
    return refused('command-unparsable', `what ${name} sets is not certain`);
  const exported = name === 'export' || args.some((word) => /^-\w*x/.test(word.text));
  if (args.some((word) => /^[-+]\w*[niIfF]/.test(word.text)))
    return refused('command-denied', `${name} with these options is not understood`);
  return setting(
    args
      .filter((word) => !/^[-+]/.test(word.text))
      .map((word) => word.text.replace(/\+?=.*$/s, '')),
    exported,
  );
};

const readInto: Wrapper = (name, args) => {
  const parsed = readArguments(args, { valued: ['d', 'i', 'n', 'N', 'p', 't', 'u', 'a'] });
  if (parsed.unknown) return refused('command-unparsable', `what ${name} sets is not certain`);
  return setting(
    [...parsed.operands, ...valuesOf(parsed, 'a')].map((word) => word.text),
    false,
  );
};

const setOptions: Wrapper = (name, args) =>
  args.every(
    (word, index) =>
      word.certainty === 'sure' &&
      (/^[-+][eux]*o?$/.test(word.text) ||
        word.text === '--' ||
        (/^[-+][eux]*o$/.test(args[index - 1]?.text ?? '') &&
          /^(?:pipefail|errexit|nounset|xtrace|noglob|posix)$/.test(word.text))),
  )
    ? NOTHING
    : refused('command-denied', `${name} with these options is not understood`);

const lookUp: Wrapper = (name, args) => {
  const parsed = readArguments(args, { valued: [], leading: true });
  if (parsed.unknown)
    return refused('command-unparsable', `an argument of ${name} is not certain; write it out`);
  return has(parsed, 'v', 'V') ? NOTHING : reading({ run: [parsed.operands] });
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
  ...['sh', 'bash', 'dash', 'ash'].map((name) => [name, shell] as const),
  ...['nohup', 'setsid', 'builtin', 'busybox', 'toybox'].map((name) => [name, prefix([])] as const),
  ['exec', prefix(['a'])],
  ['command', lookUp],
  ['nice', prefix(['n', 'adjustment'])],
  ['ionice', prefix(['c', 'class', 'n', 'classdata'])],
  ['stdbuf', prefix(['i', 'input', 'o', 'output', 'e', 'error'])],
  ['timeout', prefix(['k', 'kill-after', 's', 'signal'], 1)],
  ['time', time],
  ['eval', evaluate],
  ['trap', trap],
  ...['export', 'declare', 'typeset', 'readonly', 'local'].map((name) => [name, declare] as const),
  ['read', readInto],
  ['set', setOptions],
  [
    'unset',
    (name, args) =>
      args.every((word) => word.certainty === 'sure' && /^(?:-[fv]|[A-Za-z_]\w*)$/.test(word.text))
        ? NOTHING
        : refused('command-unparsable', `what ${name} unsets is not a plain name`),
  ],
]);
