/** What a sed script does in addition to editing its stream. */

type Part = 'address' | 'pattern' | 'text';

/** A whole bracket expression at the beginning of a text, in each way in which seds read it. */
const BRACKETS: readonly RegExp[] = ['\\]?', ''].flatMap((first) =>
  ['\\[(?<sign>[:.=])[^]*?\\k<sign>\\]|', ''].flatMap((named) =>
    ['\\\\[^]|', ''].map(
      (escaped) =>
        // A lookahead and what it found: no shorter text is tried.
        new RegExp(
          `^\\[(?=(?<begin>\\^?${first}))\\k<begin>(?=(?<rest>(?:${named}${escaped}[^\\]])*))\\k<rest>\\]`,
        ),
    ),
  ),
);

/** One that all of them read alike. */
const PLAIN_BRACKET = /^\[\^?[^\]^[\\\n][^\][\\\n]*\]/;

/** Where a bracket expression begins that does not end in the pattern, for any way to read it. */
function openBrackets(pattern: string): readonly number[] {
  const places = BRACKETS.flatMap((bracket) => {
    for (let i = 0; i < pattern.length; ) {
      if (pattern.charAt(i) === '[') {
        const whole = bracket.exec(pattern.slice(i))?.[0];
        if (whole === undefined) return i;
        i += whole.length;
      } else i += pattern.charAt(i) === '\\' ? 2 : 1;
    }
    return [];
  });
  return [...new Set(places)];
}

/** Whether every sed to which a bracket means nothing there would refuse to run the script. */
function isNoScript(rest: string, delimiter: string, kind: Part): boolean {
  if (kind === 'address') return /^[\]^_.-]/.test(rest);
  for (let i = 0; i < rest.length; i++) {
    if (rest.charAt(i) === '\\') i += 1;
    else if (rest.charAt(i) === delimiter) return /^[^A-Za-z0-9\s;}#\\]/.test(rest.slice(i + 1));
  }
  return true;
}

/** Behind the next unescaped delimiter; `undefined` if seds may disagree where that is. */
function endOfPart(
  script: string,
  start: number,
  { delimiter, kind }: { readonly delimiter: string; readonly kind: Part },
): number | undefined {
  for (let index = start; index < script.length; index++) {
    if (script.charAt(index) === '\\') index += 1;
    else if (script.charAt(index) === delimiter) {
      const [open, ...others] = kind === 'text' ? [] : openBrackets(script.slice(start, index));
      if (open === undefined) return index + 1;
      const bracket = PLAIN_BRACKET.exec(script.slice(start + open))?.[0];
      const rest = script.slice(index + 1);
      const end = start + open + (bracket?.length ?? 0) - 1;
      if (end <= index || others.length > 0 || !isNoScript(rest, delimiter, kind)) return undefined;
      index = end;
    }
  }
  return undefined;
}

const TERMINATOR = /[;}\n]/;

/** Why the script is refused; `undefined` if it only edits its stream (GNU and POSIX commands). */
export function sedProblem(script: string): string | undefined {
  let index = 0;
  const peek = (): string => script.charAt(index);
  const skip = (pattern: RegExp): void => {
    while (index < script.length && pattern.test(peek())) index += 1;
  };
  const part = (delimiter: string, kind: Part): boolean => {
    const end = endOfPart(script, index, { delimiter, kind });
    index = end ?? index;
    return end !== undefined;
  };
  const address = (): boolean => {
    if (peek() === '/' || peek() === '\\') {
      index += peek() === '\\' ? 1 : 0;
      const delimiter = peek();
      index += 1;
      if (!part(delimiter, 'address')) return false;
      skip(/[IM]/);
    } else skip(/[0-9$~+]/);
    return true;
  };
  while (index < script.length) {
    skip(/[\s;{}]/);
    if (index >= script.length) return undefined;
    if (!address()) return 'an address is not closed';
    skip(/\s/);
    if (peek() === ',') {
      index += 1;
      skip(/\s/);
      if (!address()) return 'an address is not closed';
    }
    skip(/[\s!]/);
    const command = peek();
    index += 1;
    if (command === '' || command === '#') skip(/[^\n]/);
    else if ('{}'.includes(command)) continue;
    else if ('pPdDgGhHnNxlz=qQ'.includes(command)) skip(/[\s0-9]/);
    else if ('bt:T'.includes(command)) {
      // Seds disagree about where any other label ends, and what follows it is a command.
      skip(/[ \t]/);
      skip(/[\w.-]/);
    } else if ('aic'.includes(command))
      while (index < script.length && peek() !== '\n') index += peek() === '\\' ? 2 : 1;
    else if (command === 'y' || command === 's') {
      const delimiter = peek();
      index += 1;
      if (
        delimiter === '' ||
        !part(delimiter, command === 's' ? 'pattern' : 'text') ||
        !part(delimiter, 'text')
      )
        return `${command} is not closed`;
      if (command === 's') skip(/[gpiIMm0-9]/);
    } else return `its command "${command}" reads, writes or runs something, or is not known`;
    skip(/[ \t]/);
    if (index < script.length && !TERMINATOR.test(peek()))
      return `"${peek()}" after ${command} is not understood`;
  }
  return undefined;
}
