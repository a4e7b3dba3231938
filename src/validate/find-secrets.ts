/**
 * Finds credentials in a text: with secretlint's rules and a few of our own, and with both again on
 * base64 and hex that decode to text.
 */
import { createRequire } from 'node:module';
import { sha256 } from '../kernel/hash.js';
import { encodedRuns } from './encoded-runs.js';
import { joinedTexts } from './joined-text.js';
import { longWords } from './long-words.js';
import { OWN_SECRET_RULES, PLACEHOLDER } from './secret-rules.js';

/** `rule` names the kind, never the value. [start, end) are UTF-16 offsets into the text. */
export type FoundSecret = { readonly rule: string; readonly start: number; readonly end: number };

/**
 * The part of secretlint's rule interface that we use. We call rules directly, so that
 * `secretlint-disable` in a text has no effect.
 */
type Report = { readonly range: readonly [number, number] };
type Source = {
  readonly content: string;
  readonly filePath: string;
  readonly ext: string;
  readonly contentType: 'text';
};
type RuleContext = {
  readonly sharedOptions: object;
  report(found: Report): void;
  ignore(): void;
  createTranslator(messages: object): (id: string) => { messageId: string; message: string };
};
type LibraryRule = {
  readonly meta: { readonly id: string };
  create(context: RuleContext, options: object): { file(source: Source): unknown };
};

/**
 * A text without one of these cannot match a rule of the preset, so for most files the library is
 * never loaded. `words` come first, because looking for them in the long words of the text is much
 * faster than an expression. Small expressions are faster than one with alternatives. A test with a
 * sample for every rule checks that the list is complete.
 */
const MARKS: readonly { readonly words: readonly string[]; readonly mark: RegExp }[] = [
  {
    words: ['secret_access', 'secretaccess'],
    mark: /[Ss][Ee][Cc][Rr][Ee][Tt]_?[Aa][Cc][Cc][Ee][Ss][Ss]/,
  },
  { words: ['npm_'], mark: /npm_[A-Za-z0-9_]{36}/ },
  { words: ['xox'], mark: /xox[bpaor]-[A-Za-z0-9]/ },
  { words: ['xapp-'], mark: /xapp-[A-Za-z0-9]/ },
  { words: ['hooks.slack.com'], mark: /hooks\.slack\.com/i },
  { words: ['t3blbkf'], mark: /T3BlbkF[J]/ },
  { words: ['sk-ant-api0'], mark: /sk-ant-api0\d/ },
  { words: ['lin_api_'], mark: /lin_api_[A-Za-z0-9_]/ },
  { words: ['-----begin'], mark: /PRIVATE KE[Y]/ },
  { words: ['sg.'], mark: /SG\.\w/ },
  { words: ['shppa_', 'shpca_', 'shpat_', 'shpss_'], mark: /shp(?:pa|ca|at|ss)_[A-Za-z0-9]/ },
  { words: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], mark: /gh[pousr]_[A-Za-z0-9_]{20}/ },
  { words: ['github_pat_'], mark: /github_pat_[A-Za-z0-9_]/ },
  { words: ['ops_ey'], mark: /ops_ey[A-Za-z0-9]/ },
  { words: ['://'], mark: /:\/\/[^\s/@]{1,512}@/ },
];

const DEPTH = 3;

/** Shorter texts are scanned faster than their hash is computed and looked up. */
const SHORTEST_KEPT = 2048;
const MOST_KEPT = 20_000;
/** By the hash of the text: what reconciling accepted is scanned again when the pass is graded. */
const foundBefore = new Map<string, readonly FoundSecret[]>();

/**
 * Every credential in a text, in order, each place once.
 * @param hashOf the SHA-256 of the text, for a caller that needs it as well.
 */
export function findSecrets(
  text: string,
  hashOf: () => string = () => sha256(text),
): readonly FoundSecret[] {
  if (text.length < SHORTEST_KEPT) return findIn(text);
  const hash = hashOf();
  const known = foundBefore.get(hash);
  if (known !== undefined) return known;
  const found = findIn(text);
  if (foundBefore.size >= MOST_KEPT) foundBefore.clear();
  foundBefore.set(hash, found);
  return found;
}

function findIn(text: string): readonly FoundSecret[] {
  const whole = scan(text, DEPTH);
  const split = joinedTexts(text).flatMap((joined) =>
    scan(joined.text, DEPTH).map(({ rule, start, end }) => ({
      rule,
      start: joined.sourceOf(start),
      end: joined.sourceOf(end - 1) + 1,
    })),
  );
  const isNew = (found: FoundSecret): boolean =>
    whole.every(({ start, end }) => found.end <= start || found.start >= end);
  return distinct([...whole, ...split.filter(isNew)]);
}

function scan(text: string, depth: number): FoundSecret[] {
  const long = longWords(text);
  const own = OWN_SECRET_RULES.filter(
    ({ words, mark }) => words.some((word) => long.includes(word)) && mark?.test(long) !== false,
  );
  const found = [
    ...fromLibrary(text, long),
    ...own.flatMap((rule) => rule.find(text).map((place) => ({ rule: rule.id, ...place }))),
  ];
  return depth === 0 ? found : [...found, ...encoded(text, depth - 1)];
}

function fromLibrary(text: string, long: string): FoundSecret[] {
  if (
    !MARKS.some(({ words, mark }) => words.some((word) => long.includes(word)) && mark.test(text))
  )
    return [];
  const found: FoundSecret[] = [];
  const source: Source = { content: text, filePath: '', ext: '', contentType: 'text' };
  for (const rule of libraryRules()) {
    const name = rule.meta.id.replace('@secretlint/secretlint-rule-', '');
    const report = ({ range: [start, end] }: Report): void => {
      if (!isExampleLogin(name, text.slice(start, end))) found.push({ rule: name, start, end });
    };
    const createTranslator = () => (id: string) => ({ messageId: id, message: id });
    rule
      .create({ sharedOptions: {}, report, ignore: () => undefined, createTranslator }, {})
      .file(source);
  }
  return found;
}

const LOGIN = /:\/\/([^:/@\s]*):([^@\s]+)@/;
const EXAMPLE_PASSWORD = /^(?:pass(?:word|wd)?|pwd|secret|admin|root|test|user|guest)$/i;

/** `user:pass@proxy` and `postgres:postgres@localhost`, as documentation writes them. */
function isExampleLogin(rule: string, url: string): boolean {
  if (rule !== 'basicauth' && rule !== 'database-connection-string') return false;
  const [, user = '', password = ''] = LOGIN.exec(url) ?? [];
  return (
    password !== '' &&
    (password === user || EXAMPLE_PASSWORD.test(password) || PLACEHOLDER.test(password))
  );
}

let loaded: readonly LibraryRule[] | undefined;

/** `require`, not `import`: decisions stay synchronous, and most never load the library. */
function libraryRules(): readonly LibraryRule[] {
  if (loaded !== undefined) return loaded;
  const preset: unknown = createRequire(import.meta.url)(
    '@secretlint/secretlint-rule-preset-recommend',
  );
  const { rules } = preset as { readonly rules: readonly LibraryRule[] };
  loaded = rules.filter((rule) => !rule.meta.id.endsWith('-filter-comments'));
  return loaded;
}

/** Base64, base64url or hex of a text with a secret; the place is the whole run. */
function encoded(text: string, depth: number): FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const { start, end, characters } of encodedRuns(text)) {
    for (const decoded of decodings(characters)) {
      const inner = scan(decoded, depth)[0];
      if (inner === undefined) continue;
      found.push({ rule: inner.rule, start, end });
      break;
    }
  }
  return found;
}

/**
 * A run may begin with letters that are not part of it (`path/QUtJ…`), so it tries four offsets.
 */
function decodings(run: string): string[] {
  const readable: string[] = [];
  for (let skip = 0; skip < 4; skip++) {
    const part = longestReadable(Buffer.from(run.slice(skip), 'base64'));
    if (part !== undefined) readable.push(part);
  }
  if (/^[0-9a-f]+$/i.test(run)) {
    const part = longestReadable(Buffer.from(run, 'hex'));
    if (part !== undefined) readable.push(part);
  }
  return readable;
}

const SHORTEST_READABLE = 16;

/** The longest part of printable ASCII, the first of several; `undefined` if it is short. */
function longestReadable(bytes: Buffer): string | undefined {
  let [from, most, start] = [0, 0, 0];
  for (let offset = 0; offset <= bytes.length; offset++) {
    if (isReadable(bytes[offset])) continue;
    if (offset - start > most) [from, most] = [start, offset - start];
    start = offset + 1;
  }
  return most < SHORTEST_READABLE ? undefined : bytes.toString('latin1', from, from + most);
}

function isReadable(byte = 0): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte === 9 || byte === 10 || byte === 13;
}

function distinct(found: readonly FoundSecret[]): FoundSecret[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: FoundSecret[] = [];
  for (const secret of sorted) {
    const last = kept.at(-1);
    if (last === undefined || secret.start >= last.end) kept.push(secret);
  }
  return kept;
}
