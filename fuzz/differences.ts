/** Compares what bash did with what the guard judged, and with what our executor did. */
import type { SimpleCommand, Step } from '../src/governance/guard/shell-types.js';
import type { Allowed } from './judge-line.js';
import { SECRET, workspaceOf } from './places.js';
import type { Start } from './programs.js';
import type { Ran } from './run-line.js';
import type { Tree } from './world.js';

const STARTS_OTHERS = /^(?:xargs|find|env|timeout|nice|nohup|stdbuf|setsid|time|flock)$/;

export function differences(
  judged: Allowed,
  ran: { readonly bash: Ran; readonly ours: Ran; readonly host: Ran },
  { before, index }: { readonly before: Tree; readonly index: number },
): readonly string[] {
  const { bash, ours, host } = ran;
  if (holdsSecret(bash, before)) return ['bash read what no line may read'];
  if (judged.steps.some(isRace)) return [];
  const times = judged.steps.some(comparesTimes) && changed(before, bash.tree).length > 0;
  // Bash gives a program a name that begins with a dash, which ours never does.
  if (judged.steps.some(hasGuardedName)) return between('our executor', host, ours, judged.steps);
  return [
    ...bash.starts
      .filter((start) => !isJudged(start, judged.steps, index))
      .map((start) => `bash ran what was not judged: ${JSON.stringify(start)}`),
    ...changed(before, bash.tree)
      .filter((path) => !mayChange(path, judged.paths))
      .map((path) => `bash changed what was not judged: ${path}`),
    // Whether a file that the line has written is newer than another depends on the clock's tick.
    ...(times ? [] : between('our executor', bash, ours, judged.steps)),
    ...(times ? [] : between('bash with the printed text', bash, host, judged.steps)),
  ];
}

function holdsSecret({ printed, starts, tree }: Ran, before: Tree): boolean {
  const written = changed(before, tree).map((path) => tree.get(path) ?? '');
  return [printed, ...starts.map(({ input }) => input), ...written].some((text) =>
    text.includes(SECRET),
  );
}

function between(who: string, bash: Ran, other: Ran, steps: readonly Step[]): readonly string[] {
  const found: string[] = [];
  const lists = steps.some(listsFolders);
  const compare = (what: string, a: unknown, b: unknown): void => {
    const [expected, got] = [plain(a ?? null), plain(b ?? null)];
    if (expected !== got) found.push(`${what}: bash ${expected}, ${who} ${got}`);
  };
  const compareText = (what: string, a: string | undefined, b: string | undefined): void => {
    const [expected, got] = [readable(a), readable(b)];
    if (!lists || letters(expected) !== letters(got)) compare(what, expected, got);
  };
  const readable = (text: string | undefined): unknown =>
    lists ? text?.replace(MODE, '$&\n').split('\n').filter(isOurs).map(plain).sort() : text;
  const errors = steps.some(keepsErrors);
  // A shell reports in its own words what it cannot start or open, and the next program reads it.
  const written = errors && [...bash.tree.values()].some((text) => SHELL_REPORT.test(text));
  const heard =
    written || steps.some((step) => (step.pipeline?.length ?? 0) > 1 && joinsErrors(step));
  const comparable = ({ starts }: Ran): readonly string[] =>
    sorted(heard || lists ? starts.map((start) => ({ ...start, input: '' })) : starts);
  compare('programs', comparable(bash), comparable(other));
  compare('exit code', bash.exit, other.exit);
  if (!written && !steps.some(joinsErrors)) compareText('output', bash.printed, other.printed);
  // The text of an error that the shell itself reports differs from ours.
  for (const path of changed(bash.tree, other.tree))
    if (!errors || bash.tree.has(path) !== other.tree.has(path))
      compareText(path, bash.tree.get(path), other.tree.get(path));
  return found;
}

/** Of what is in no certain order: the last line of a program may lack its end, too. */
function letters(text: unknown): string {
  return [...plain(text ?? null).replaceAll('","', '')].sort().join('');
}

const SHELL_REPORT = /^file \d+ [^]*bash: line \d+: /;

/**
 * Lists names in an order that the file system chooses, or that depends on a `./` before some; or
 * the environment, to which bash adds variables of its own.
 */
function listsFolders({ pipeline = [] }: Step): boolean {
  return pipeline.some(({ words }) =>
    words.some((word) => /^(?:find|ls|env)$/.test(baseName(word))),
  );
}

/** Before the content of a file. */
const MODE = /^file \d+ /;

function isOurs(line: string): boolean {
  return !/^(?:SHLVL|PWD|OLDPWD|_)=/.test(line);
}

/**
 * Names that a pattern stands for begin with `./` where bash gives the bare name, and may follow
 * what an earlier program printed without an end of line.
 */
function plain(value: unknown): string {
  return JSON.stringify(value).replace(/(^|[^./])(?:\.\/)+/g, '$1');
}

/** Programs of one pipe run at once: a file that one writes and another uses has no certain text. */
function isRace({ pipeline = [], expanded = [] }: Step): boolean {
  const named = pipeline.map(({ words, redirects }) =>
    [...words, ...redirects.map((redirect) => ('to' in redirect ? redirect.to : ''))].map(baseName),
  );
  const places = pipeline.length > 1 && pipeline.some(({ words }) => PLACES.test(words[0] ?? ''));
  if (pipeline.some(readsItsOutput)) return true;
  const expands = pipeline.length > 1 && expanded.length > 0;
  if (places || (expands && pipeline.some(writes))) return true;
  // A shell reports in its own words, and xargs makes arguments of them.
  if (pipeline.some(reportsTo) && pipeline.some(({ words }) => words.some(isXargs))) return true;
  // A reader that ends early ends its writer by a signal, before it has started everything.
  // tee writes to the pipe first, and so may be ended before it writes its files.
  if (
    pipeline
      .slice(0, -1)
      .some(({ words }) => words.some((word) => /^(?:xargs|-exec|tee)$/.test(word)))
  )
    return true;
  return pipeline.some(({ words, redirects }, i) =>
    [
      ...redirects.flatMap((redirect) =>
        redirect.fd !== 0 && 'to' in redirect ? redirect.to : [],
      ),
      ...(/^(?:tee|touch|sed|sort|uniq|chmod|flock)$/.test(words[0] ?? '') ? words.slice(1) : []),
    ].some(
      (path) =>
        path !== '/dev/null' &&
        named.some((names, j) => i !== j && names.some((name) => overlaps(name, baseName(path)))),
    ),
  );
}

/** Such a command may never end, wherever it runs. */
function readsItsOutput({ words, redirects }: SimpleCommand): boolean {
  const input = redirects.find(({ mode }) => mode === 'read');
  const names = redirects.flatMap((redirect) =>
    redirect.mode === 'write' || redirect.mode === 'append' ? [redirect.to] : [],
  );
  const read = input?.mode === 'read' ? [input.to, ...words.slice(1)] : words.slice(1);
  const written = words[0] === 'tee' ? [...names, ...words.slice(1)] : names;
  const from = input?.mode === 'read' && words[0] === 'tee' ? [input.to] : read;
  return written.some((name) => from.some((other) => baseName(other) === baseName(name)));
}

/** uniq writes to its second name, and a pattern in another program may then stand for it too. */
function writes({ words, redirects }: SimpleCommand): boolean {
  if (/^(?:uniq|tee|touch)$/.test(baseName(words[0] ?? '')) && words.length > 1) return true;
  return redirects.some(({ mode }) => mode === 'write' || mode === 'append');
}

/** Programs that make, move or remove names. */
const PLACES = /^(?:mkdir|cp|mv|rm|rmdir|install)$/;

function overlaps(a: string, b: string): boolean {
  return a === b || /^(?:outputs|sub|\.|p|copy|made)$/.test(a);
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//, '');
}

function hasGuardedName({ pipeline = [] }: Step): boolean {
  return pipeline.some(({ words }) => words.some((word) => word.startsWith('./-')));
}

function isJudged(start: Start, steps: readonly Step[], index: number): boolean {
  const { name, args, folder } = start;
  return steps.some((step) =>
    (step.pipeline ?? []).some(({ words: [program = '', ...words] }) => {
      const mine = program.replace(/^.*\//, '') === name;
      if (mine && same(words, args) && folder === `${workspaceOf(index)}/${step.folder}`)
        return true;
      return STARTS_OTHERS.test(program) && words.includes(name);
    }),
  );
}

function mayChange(path: string, paths: ReadonlySet<string>): boolean {
  return paths.has(path) || [...paths].some((judged) => judged.startsWith(`${path}/`));
}

function changed(before: Tree, after: Tree): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
}

function sorted(starts: readonly Start[]): readonly string[] {
  return starts.map(plain).sort();
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && plain(a) === plain(b);
}

function joinsErrors({ pipeline = [] }: Step): boolean {
  return pipeline.some(reportsTo);
}

function reportsTo({ redirects }: Pick<SimpleCommand, 'redirects'>): boolean {
  return redirects.some(({ fd, mode }) => fd === 2 && mode === 'copy');
}

function isXargs(word: string): boolean {
  return baseName(word) === 'xargs';
}

function comparesTimes({ pipeline = [] }: Step): boolean {
  return pipeline.some(({ words }) => {
    const copies = words.some((word) => /^(?:cp|mv)$/.test(baseName(word)));
    const option = copies ? /^-(?:\w*u\w*|-update.*)$/ : /^-(?:[ac]?newer.*|nt|ot)$/;
    return words.some((word) => option.test(word));
  });
}

function keepsErrors({ pipeline }: Step): boolean {
  return (pipeline ?? []).some(({ redirects }) =>
    redirects.some(({ fd, mode }) => fd === 2 || (fd === 1 && mode === 'copy')),
  );
}
