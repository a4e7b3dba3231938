/**
 * One word of a shell command: what a program would get, or a pattern over file names. Only what
 * every shell reads the same way is accepted.
 */
import type { DoubleQuotedChild, Word as ParsedWord, WordPart } from 'unbash';

/** The words that a word stands for, or why it is not accepted. */
export type ReadWord =
  | { readonly text: string; readonly pattern: string | undefined }
  | { readonly problem: string };

/** Why a command is not run, and what to write instead. */
export class Refused extends Error {}

/** Values of the loops around a word, the only variables that are known. */
export type Variables = ReadonlyMap<string, string>;

type Piece = { readonly text: string; readonly kind: 'bare' | 'quoted' | 'wildcard' };

/** Characters that mean themselves outside quotes, in every shell. */
const PLAIN = /^(?:[\p{L}\p{N}\p{M}_.,/:=@%+^~!#-]*|[[\]])$/u;
/** Escapes inside `$'…'` whose meaning is the same everywhere. */
const ANSI = /^\$'(?:[^'\\]|\\[abefnrtv\\"?]|\\x[0-7][\da-f])*'$/i;

const ADVICE: Readonly<Record<string, string>> = {
  CommandExpansion: 'run the inner command first, and write its output out',
  ProcessSubstitution: 'write to a file first, and name the file',
  ArithmeticExpansion: 'write the number out',
  BraceExpansion: 'write each word out',
  ExtendedGlob: 'use * or ?, or name the files',
  LocaleString: 'use "…" without the dollar sign',
  ParameterExpansion: 'write the value out',
  SimpleExpansion: 'write the value out',
};

export function readWord(word: ParsedWord, variables: Variables): ReadWord {
  const pieces: Piece[] = [];
  const { pos, end, text: whole, value } = word;
  const parts = word.parts ?? [{ type: 'Literal', pos, end, text: whole, value } as const];
  for (const [index, part] of parts.entries()) {
    const read = readPart(part, variables, { first: index === 0, whole });
    if (typeof read === 'string') return { problem: read };
    pieces.push(...read);
  }
  const text = pieces.map((piece) => piece.text).join('');
  const wild = pieces.some((piece) => piece.kind === 'wildcard');
  return { text, pattern: wild ? patternOf(pieces) : undefined };
}

function readPart(
  part: WordPart,
  variables: Variables,
  { first, whole }: { readonly first: boolean; readonly whole: string },
): readonly Piece[] | string {
  if (part.type === 'Literal') {
    const problem = literalProblem(part.text, first, whole);
    return problem ?? [{ text: part.value, kind: 'bare' }];
  }
  if (part.type === 'SingleQuoted') return [{ text: part.value, kind: 'quoted' }];
  if (part.type === 'DoubleQuoted') return readQuoted(part.parts, variables);
  if (part.type === 'AnsiCQuoted')
    return ANSI.test(part.text)
      ? [{ text: part.value, kind: 'quoted' }]
      : `an escape in ${part.text} is not accepted: write the character itself in '…'`;
  if (part.type === 'Glob')
    return part.kind === 'bracket'
      ? `the pattern ${whole} has brackets: use * or ?, or name the files`
      : [{ text: part.text, kind: 'wildcard' }];
  const value = variableOf(part, variables);
  if (value === undefined) return refusal(part);
  return value === '' || /[\s*?[\\]/.test(value)
    ? `the value of ${part.text} has blanks or wildcards: write "${part.text}"`
    : [{ text: value, kind: 'bare' }];
}

function readQuoted(
  parts: readonly DoubleQuotedChild[],
  variables: Variables,
): readonly Piece[] | string {
  const pieces: Piece[] = [{ text: '', kind: 'quoted' }];
  for (const part of parts) {
    const value = part.type === 'Literal' ? part.value : variableOf(part, variables);
    if (value === undefined) return refusal(part);
    pieces.push({ text: value, kind: 'quoted' });
  }
  return pieces;
}

/** The value of a loop's own variable, written `$x` or `${x}`. */
function variableOf(part: WordPart | DoubleQuotedChild, variables: Variables): string | undefined {
  if (part.type !== 'SimpleExpansion' && part.type !== 'ParameterExpansion') return undefined;
  const name = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(part.text);
  return variables.get(name?.[1] ?? name?.[2] ?? '');
}

function refusal(part: WordPart | DoubleQuotedChild): string {
  return `${part.text} is filled in by the shell: ${ADVICE[part.type] ?? 'write it out'}`;
}

/** Braces mean themselves only as `{}`; a tilde and `#` only where no shell expands them. */
function literalProblem(raw: string, first: boolean, whole: string): string | undefined {
  const bare = raw.replace(/\\\n/g, '').replace(/\\[^]/g, '_').replaceAll('{}', '_');
  if (/(?:^|[=:])~/.test(bare) && (first || !bare.startsWith('~')))
    return `${whole} begins with a tilde: write the folder out`;
  if (first && /^#|^=./.test(bare)) return `${whole} begins with ${bare.charAt(0)}: put it in '…'`;
  if (/[{}]/.test(bare)) return `a brace in ${whole} is not accepted: put the word in '…'`;
  return PLAIN.test(bare)
    ? undefined
    : `a character in ${whole} may mean something to the shell: put the word in '…'`;
}

/** Wildcards stay, everything else is escaped, for a matcher that knows `*` and `?`. */
function patternOf(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) =>
      piece.kind === 'wildcard' ? piece.text : piece.text.replace(/[\\*?]/g, '\\$&'),
    )
    .join('');
}

/** One name. @throws Refused for a word that is accepted nowhere, or not here. */
export function oneWord(word: ParsedWord, variables: Variables): string {
  const read = readWord(word, variables);
  if ('problem' in read) throw new Refused(read.problem);
  if (read.pattern !== undefined)
    throw new Refused(`${word.text} has a wildcard where one name is needed: write the name out`);
  return read.text;
}
