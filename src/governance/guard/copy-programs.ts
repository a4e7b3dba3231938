/** Programs that put files elsewhere under the same or another name: cp, mv, install, ln. */
import { defined } from '../../kernel/defined.js';
import { has, isOneOf, valuesOf, type Arguments } from './options.js';
import {
  NOTHING,
  onEach,
  opaque,
  reading,
  refused,
  split,
  together,
  withOptions,
  write,
  type Names,
  type Reading,
} from './program.js';
import type { Word } from './shell-types.js';

const PLACING = 't target-directory S suffix';
const PLACING_FLAGS = 'f force i interactive n no-clobber u update v verbose T no-target-directory';
const COPYING_FLAGS = `a archive r R recursive p preserve no-preserve H L dereference x
  one-file-system sparse reflink strip-trailing-slashes remove-destination attributes-only`;
const MOVING_FLAGS = 'strip-trailing-slashes';
const INSTALL_FLAGS = `m mode o owner g group p preserve-timestamps D C compare c d directory s strip`;

export const copy = withOptions(`${PLACING} no-preserve sparse`, judgeCopy, {
  flags: `${PLACING_FLAGS} ${COPYING_FLAGS}`,
});

function judgeCopy(name: string, args: Arguments): Reading {
  if (has(args, 'parents')) return opaque(name, []);
  if (has(args, 'l', 'link'))
    return refused(
      'path-hard-link',
      `${name} --link would give a file a second name; copy it instead`,
    );
  if (has(args, 's', 'symbolic-link'))
    return refused(
      'path-symlink',
      `${name} --symbolic-link would make a link; copy the file instead`,
    );
  if (
    has(args, 'P', 'd', 'no-dereference') ||
    /links/.test(valuesOf(args, 'preserve')[0]?.text ?? '')
  )
    return refused(
      'path-symlink',
      `${name} would copy a link as a link; copy the file that it leads to`,
    );
  const tree = has(args, 'r', 'R', 'a', 'recursive', 'archive') || undefined;
  return copying(name, { args, flags: COPYING_FLAGS }, (source, path, into) =>
    reading({
      effects: [{ op: 'write', path, copyOf: source.text, ...defined({ into, tree }) }],
    }),
  );
}

export const move = withOptions(
  PLACING,
  (name, args) =>
    copying(name, { args, flags: MOVING_FLAGS }, (source, path, into) =>
      reading({
        effects: [
          { op: 'delete', path: source.text, tree: true, moving: true },
          { op: 'write', path, copyOf: source.text, tree: true, ...defined({ into }) },
        ],
      }),
    ),
  { flags: `${PLACING_FLAGS} ${MOVING_FLAGS}` },
);

export const install = withOptions(
  `${PLACING} m mode o owner g group strip-program`,
  (name, args) => {
    if (has(args, 'd', 'directory'))
      return onEach(name, args.operands, (path) => ({ op: 'mkdir', path }));
    return copying(name, { args, flags: INSTALL_FLAGS }, (source, path, into) =>
      reading({ effects: [{ op: 'write', path, copyOf: source.text, ...defined({ into }) }] }),
    );
  },
  { flags: `${PLACING_FLAGS} ${INSTALL_FLAGS}` },
);

export const link = withOptions(PLACING, (name, args) =>
  has(args, 's', 'symbolic')
    ? refused('path-symlink', `${name} would make a link; copy the file instead`)
    : refused('path-hard-link', `${name} would give a file a second name; copy the file instead`),
);

/** Sources and where each goes; the last operand, unless `-t` names the folder. */
function copying(
  name: string,
  { args, flags }: { readonly args: Arguments; readonly flags: Names },
  each: (source: Word, target: string, into: string | undefined) => Reading,
): Reading {
  const allowed = split(`t target-directory ${PLACING_FLAGS} ${flags}`);
  const stranger = args.options.find((option) => !isOneOf(option.name, allowed));
  const strange =
    stranger === undefined
      ? NOTHING
      : refused(
          'command-unparsable',
          `the option ${stranger.name} of ${name} is not accepted: it could name or make other files; leave it out`,
        );
  const folder = valuesOf(args, 't', 'target-directory')[0];
  const sources = folder === undefined ? args.operands.slice(0, -1) : args.operands;
  const target = folder ?? args.operands.at(-1);
  if (target === undefined || sources.length === 0) return NOTHING;
  if (target.certainty !== 'sure')
    return onEach(name, [{ ...target, certainty: 'unknown' }], write);
  const exact = has(args, 'T', 'no-target-directory') && sources.length === 1;
  const isFolder = folder !== undefined || sources.length > 1;
  return together(
    strange,
    ...sources.map((source) => {
      if (source.certainty === 'unknown')
        return refused(
          'command-unparsable',
          `${name} would copy files that its arguments do not name ("${source.text}"); write the names out`,
        );
      const into = baseName(source.text);
      if (isFolder) return each(source, `${target.text}/${into}`, undefined);
      return each(source, target.text, exact ? undefined : into);
    }),
  );
}

/** What `..` names is copied as if it were the folder itself. */
function baseName(path: string): string {
  const name = path.replace(/\/+$/, '').replace(/^.*\//, '');
  return name === '..' ? '.' : name;
}
