/** Reads a page of `orchestration-os/rules` or `roles`; what is wrong with it keeps its place. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { globMatches } from '../../kernel/glob.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import { rangeOf } from '../../markdown/range-of.js';
import { scan } from '../../markdown/scan.js';
import type { Doc } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { placesOf, type YamlPath } from '../condition-place.js';
import { isMapping } from '../condition-read.js';
import { ROLE_SCHEMA, type RoleFields, RULE_SCHEMA, type RuleFields } from './page-schema.js';

export const RULE_PAGES = 'orchestration-os/rules/*.md';
export const ROLE_PAGES = 'orchestration-os/roles/*.md';
export const PAGE_RULE = 'rule-page';

/** `ofContract`: the type of a field, which R2 declares and field-contract reports. */
export type PageProblem = Diagnostic & { readonly ofContract?: true };

type Page = {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  /** What an agent reads. */
  readonly body: string;
  /** What could not be read. It never makes a page say less: see `problems` in the checks. */
  readonly problems: readonly PageProblem[];
};
export type RulePage = Page & Omit<RuleFields, 'id' | 'title'>;
export type RolePage = Page & Omit<RoleFields, 'id' | 'title'>;

/** Sorted by file. A page without front matter is a rule for everything. */
export function rulePages(snapshot: Snapshot): readonly RulePage[] {
  return pagesOf(snapshot, RULE_PAGES, readRulePage);
}

export function rolePages(snapshot: Snapshot): readonly RolePage[] {
  return pagesOf(snapshot, ROLE_PAGES, readRolePage);
}

/** Its id is the name of its file, if it does not say another. */
export function readRulePage(file: string, text: string): RulePage {
  return readPage(RULE_SCHEMA, file, text);
}

export function readRolePage(file: string, text: string): RolePage {
  return readPage(ROLE_SCHEMA, file, text);
}

function pagesOf<T>(
  snapshot: Snapshot,
  glob: string,
  read: (file: string, text: string) => T,
): readonly T[] {
  return [...snapshot.files.keys()]
    .filter((path) => globMatches(glob, path))
    .map((path) => read(path, snapshot.text(path) ?? ''));
}

type Named = { readonly id?: string | undefined; readonly title?: string | undefined };

function readPage<T extends Named>(schema: z.ZodType<T>, file: string, text: string): T & Page {
  const doc = scan(text.replace(/^\uFEFF/, ''));
  const { data, problems } = frontMatterOf(doc, file);
  const name =
    file
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]+$/, '') ?? '';
  const read = schema.safeParse(data);
  const fields = read.success
    ? read.data
    : schema.parse(readable(schema, data, { id: name }, read.error));
  const id = fields.id ?? name;
  const found = read.success ? [] : issues(read.error, { doc, file, schema });
  return {
    ...fields,
    id,
    title: fields.title ?? id,
    file,
    body: doc.text.slice(doc.frontMatter?.end ?? 0).trim(),
    problems: [...problems, ...found],
  };
}

function frontMatterOf(
  doc: Doc,
  file: string,
): { readonly data: unknown; readonly problems: readonly Diagnostic[] } {
  const { frontMatter } = doc;
  if (frontMatter === undefined) return { data: {}, problems: [] };
  const span = { start: frontMatter.contentStart, end: frontMatter.contentEnd };
  const unreadable: Diagnostic = {
    rule: PAGE_RULE,
    severity: 'error',
    message: 'the front matter is not a YAML map',
    range: rangeOf(doc, file, { start: span.start, end: span.start }),
    expected: 'one "name: value" on each line',
  };
  const parsed = parseDocument(doc.text.slice(span.start, span.end), { logLevel: 'silent' });
  if (parsed.errors.length > 0) return { data: {}, problems: [unreadable] };
  try {
    const data: unknown = parsed.toJS({ maxAliasCount: 50 }) ?? {};
    return isMapping(data) ? { data, problems: [] } : { data: {}, problems: [unreadable] };
  } catch {
    return { data: {}, problems: [unreadable] };
  }
}

/** What is left without the keys that have a problem, each with what every page has. */
function readable<T>(
  schema: z.ZodType<T>,
  data: unknown,
  otherwise: Readonly<Record<string, unknown>>,
  error: z.ZodError,
): unknown {
  const wrong = new Set(
    error.issues.flatMap((issue) =>
      issue.path.length === 0 && issue.code === 'unrecognized_keys'
        ? issue.keys
        : [String(issue.path[0] ?? '')],
    ),
  );
  const entries = isMapping(data) ? Object.entries(data) : [];
  const kept = Object.fromEntries(entries.filter(([key]) => !wrong.has(key)));
  const all = { ...otherwise, ...kept };
  return schema.safeParse(all).success ? all : otherwise;
}

type Source = { readonly doc: Doc; readonly file: string; readonly schema: z.ZodType };

function issues(error: z.ZodError, { doc, file, schema }: Source): readonly PageProblem[] {
  const { contentStart = 0, contentEnd = 0 } = doc.frontMatter ?? {};
  const range = rangeOf(doc, file, { start: contentStart, end: contentStart });
  const place = placesOf({ range, raw: doc.text.slice(contentStart, contentEnd) });
  return error.issues.flatMap((issue): readonly PageProblem[] => {
    const path: YamlPath = issue.path.map((step) =>
      typeof step === 'number' ? step : String(step),
    );
    const problem = (at: YamlPath, facts: Pick<Diagnostic, 'message' | 'expected' | 'hint'>) => ({
      rule: PAGE_RULE,
      severity: 'error' as const,
      range: place(at),
      ...facts,
    });
    if (issue.code !== 'unrecognized_keys')
      return [
        {
          ...problem(path, { message: `${nameOf(path)}: ${reasonOf(issue)}` }),
          ...defined({ ofContract: isOfContract(issue) ? (true as const) : undefined }),
        },
      ];
    const known = keysAt(schema, path);
    return issue.keys.map((key) =>
      problem([...path, key], {
        message: `there is no key ${key}`,
        expected: `one of ${known.join(', ')}`,
        ...defined({ hint: didYouMean(key, known) }),
      }),
    );
  });
}

function isOfContract({ path, code, ...issue }: z.core.$ZodIssue): boolean {
  const isList = 'expected' in issue && (issue.expected === 'array' || issue.expected === 'object');
  return path.length === 1 && !isList && code !== 'custom';
}

function nameOf(path: YamlPath): string {
  return path.length === 0 ? 'the page' : path.join('.');
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  return issue.code === 'invalid_union' ? 'expected a text or a list of texts' : issue.message;
}

/** The keys that the schema has at a path, read from its JSON Schema. */
function keysAt(schema: z.ZodType, path: YamlPath): readonly string[] {
  let node: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const step of path) {
    if (!isMapping(node)) return [];
    const inside: unknown = typeof step === 'number' ? node['items'] : node['properties'];
    node = typeof step === 'number' || !isMapping(inside) ? inside : inside[step];
  }
  const properties = isMapping(node) ? node['properties'] : undefined;
  return isMapping(properties) ? Object.keys(properties) : [];
}
