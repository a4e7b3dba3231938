/** Finds the error in what a crashed program printed last: its message, and where it was thrown. */
import { lastLine } from './conditions/last-line.js';
import { cutWithoutSecrets } from './guard/secrets.js';

type Found = {
  /** The number of its line: of several errors, the last one counts. */
  readonly line: number;
  readonly message: string;
  readonly place: string | undefined;
};
/** How one language prints an error that nobody caught. */
type Form = {
  readonly message: RegExp;
  /** What the line before the message is like; then it needs a frame as well. */
  readonly after?: RegExp;
  /** A place, on one of the lines from `from` to `to`, counted from the message. */
  readonly frame?: RegExp;
  readonly from?: number;
  readonly to?: number;
  /** The innermost frame is the last one. */
  readonly isLastFrame?: true;
};

const MOST_LINES = 400;
/** Frames of the language itself and of packages. */
const FOREIGN =
  /node:|node_modules|<anonymous>|site-packages|<frozen |\/lib\/python|\/go\/src\/|\/rustc\/|at (?:java|jdk|sun)\./;
/** What runtimes print after an error. */
const NOISE =
  /^(?:Node\.js v\d|Bun v\d|\(Use `node|note: run with|note: Some details|exit status \d|npm (?:ERR!|error) A complete log)/;

const JAVASCRIPT_FRAME = /^ +at (?:.*\()?(?:file:\/\/)?(?<place>\/[^()]*?:\d+)(?::\d+)?\)?$/;
const PYTHON_FRAME = /^ *File "(?<place>.+)", line (?<number>\d+)/;

const FORMS: readonly Form[] = [
  // JavaScript: the stack is below the message; for an error in the syntax, the file is above.
  {
    message:
      /^(?:error: )?(?:Uncaught )?(?:\(in promise\) )?(?<text>(?:[A-Z]\w*)?(?:Error|Exception|Rejection)\b(?: \[\w+\])?: .*)$/,
    frame: JAVASCRIPT_FRAME,
    to: 30,
  },
  {
    message: /^(?<text>SyntaxError: .*)$/,
    frame: /^(?:file:\/\/)?(?<place>\/.*:\d+)$/,
    from: -6,
  },
  { message: /^(?<text>FATAL ERROR: .*)$/ },
  // Python: the message is below its frames, the innermost last, each with a line of source.
  {
    message: /^(?<text>[A-Za-z_][\w.]*(?:: .*)?)$/,
    after: /^\s/,
    frame: PYTHON_FRAME,
    from: -60,
    isLastFrame: true,
  },
  { message: /^(?<text>(?:panic|fatal error): .*)$/, frame: /^\t(?<place>\/.*\.go:\d+)/, to: 40 },
  { message: /^thread '.*' panicked at '(?<text>.*)', (?<place>\S+?:\d+)(?::\d+)?$/ },
  { message: /^thread '.*' .*panicked at (?<place>\S+?:\d+)(?::\d+)?:\n(?<text>.*)$/ },
  {
    message: /^Exception in thread ".*" (?<text>.*)$/,
    frame: /^\s+at .*\((?<place>\w+\.(?:java|kt|scala):\d+)\)/,
    to: 30,
  },
  { message: /^(?<place>\S+\.rb:\d+):in .*?: (?<text>.* \(\w+\))$/ },
];

/** Errors in the text of a program, in JavaScript and Python. */
const OWN_FAULT =
  /^(?:\w+\.)*(?:TypeError|ReferenceError|SyntaxError|NameError|AttributeError|ImportError|ModuleNotFoundError|IndentationError)\b/;
/** Errors of the same names that a server or the network caused. */
const FROM_OUTSIDE = /fetch failed|failed to fetch|terminated|network|socket|JSON/i;

/** What a server or the network says through a program that then ends as if all was well. */
const NOT_ITS_OWN =
  /\b(?:429|5\d\d)\b|rate.?limit|overloaded|unavailable|time[ds]?.?out|connection|ECONN/i;

/** Whether the last words are an agent's own, and not those of a server or the network. */
export function isOwnWords(text: string): boolean {
  const words = lastWords(text);
  return words !== '' && !FROM_OUTSIDE.test(words) && !NOT_ITS_OWN.test(words);
}

/** Whether a crashed program most likely has an error of its own, which comes again. */
export function isOwnFault(text: string): boolean {
  const words = lastWords(text);
  return OWN_FAULT.test(words) && !FROM_OUTSIDE.test(words);
}

/**
 * One line; empty if it printed nothing but a report. @param root its paths are shown relative to it.
 */
export function lastWords(text: string, root = ''): string {
  const lines = withoutReport(text).trimEnd().split('\n').slice(-MOST_LINES);
  const found = FORMS.flatMap((form) => lastOf(lines, form) ?? []);
  const [error] = found.sort(
    (a, b) => b.line - a.line || Number(b.place !== undefined) - Number(a.place !== undefined),
  );
  const spoken = lines.findLastIndex((line) => isSpoken(line));
  const isLast = error !== undefined && !isHandled(lines, error.line, spoken);
  const message = (isLast ? error.message : lines[spoken]?.trim()) ?? '';
  const place = isLast && error.place !== undefined ? ` (at ${error.place})` : '';
  return cutWithoutSecrets(within(`${message}${place}`, root), 300);
}

/** Of a check that ended with an error: why, or the last line that it printed. */
export function lastSaid(
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
  root = '',
): string {
  return lastWords(stderr, root) || lastWords(stdout, root) || lastLine(stderr) || lastLine(stdout);
}

/** What was said outside of a report, which is read by itself; the tail may begin within one. */
export function withoutReport(text: string): string {
  return text
    .replace(/^```nocturne-report\b[\s\S]*?(?:^```|$(?![\s\S]))/gm, '')
    .replace(/^\s*```\w*\s*$/gm, '');
}

function isSpoken(line: string): boolean {
  return line.trim() !== '' && !/^\s|^[}\]]/.test(line) && !NOISE.test(line);
}

/** The program went on after it had printed the stack, so its last line says more. */
function isHandled(lines: readonly string[], line: number, spoken: number): boolean {
  return lines.slice(line, spoken).some((between) => JAVASCRIPT_FRAME.test(between));
}

function within(text: string, root: string): string {
  return root === '' ? text : text.replaceAll(`${root}/`, '');
}

function lastOf(lines: readonly string[], form: Form): Found | undefined {
  for (let line = lines.length - 1; line >= 0; line--) {
    const { text, place } = form.message.exec(pair(lines, line, form))?.groups ?? {};
    if (text === undefined) continue;
    const frame = place ?? frameOf(lines, line, form);
    const isError =
      form.after === undefined || (form.after.test(lines[line - 1] ?? '') && frame !== undefined);
    if (isError) return { line, message: text.trim(), place: frame };
  }
  return undefined;
}

/** A message of two lines is matched with the line after it. */
function pair(lines: readonly string[], line: number, { message }: Form): string {
  const first = lines[line] ?? '';
  return message.source.includes('\\n') ? `${first}\n${lines[line + 1] ?? ''}` : first;
}

function frameOf(
  lines: readonly string[],
  line: number,
  { frame, from = 1, to = 0, isLastFrame }: Form,
): string | undefined {
  if (frame === undefined) return undefined;
  const places = lines.slice(Math.max(0, line + from), Math.max(0, line + to)).flatMap((text) => {
    const { place, number } = FOREIGN.test(text) ? {} : (frame.exec(text)?.groups ?? {});
    if (place === undefined) return [];
    return number === undefined ? [place] : [`${place}:${number}`];
  });
  return isLastFrame === true ? places.at(-1) : places[0];
}
