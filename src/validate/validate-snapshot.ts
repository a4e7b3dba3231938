/**
 * Runs the rules over a snapshot: the facts of each file, rules about all of them, suppressions.
 */
import { defined } from '../kernel/defined.js';
import { compareDiagnostics, type Diagnostic } from '../kernel/diagnostic.js';
import { isLiteral } from '../kernel/glob.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { isFree, routeOf } from '../registry/route.js';
import { isLongLog } from '../workspace/log-windows.js';
import type { Snapshot } from '../workspace/types.js';
import { collectFacts, type UnchangedFacts } from './collect-facts.js';
import type { FileFacts } from './fact-types.js';
import type { WindowCache } from './log-facts.js';
import { maskSecrets } from './mask-secrets.js';
import type { CommandCheck, Rule, WorkspaceContext } from './rule.js';
import { RULES } from './rules.js';
import { type CachedAnswers, runRules } from './run-rules.js';
import { sqlRules } from './rules/sql-rules.js';
import { SUPPRESSION } from './rules/suppression.js';
import { silence } from './silence.js';

export type ValidateOptions = {
  /** `$NOCTURNE_HOME`, with key, trust and anchors. Without it, rules do not check them. */
  readonly home?: string;
  /** Ids of the only rules to report. */
  readonly only?: readonly string[];
  /** The only files whose own findings to report. Rules about several files report everywhere. */
  readonly changed?: ReadonlySet<string>;
  /** Only errors in these files are of interest: rules that find none there are not run. */
  readonly errorsIn?: ReadonlySet<string>;
  /** Files that the caller named: those that are FREE are checked as well. */
  readonly asked?: ReadonlySet<string>;
  /** Leave out long logs and the queries over them: only what a pass wrote is of interest. */
  readonly withoutLongLogs?: boolean;
  /** Modules that this installation has. */
  readonly modules?: readonly string[];
  /** What these modules check, loaded when it is needed. */
  readonly moduleRules?: () => Promise<readonly Rule[]>;
  /** Checks a command of this program. */
  readonly commands?: CommandCheck;
  /** Facts of earlier runs. */
  readonly cache?: FactsCache;
  /** Called for each file. */
  readonly onFile?: (done: number, total: number) => void;
};

/**
 * `get` returns facts only of a file with the same content, schema and rules as when they were put.
 * `snapshot`: the one to validate, with cached records.
 */
export type FactsCache = {
  readonly snapshot?: Snapshot;
  /** Whole facts are worth their time also where only changed files are reported. */
  readonly isForChanges?: true;
  get(path: string): FileFacts | undefined;
  put(path: string, facts: FileFacts): void;
  /** A file that no rule reads. */
  putNone?(path: string): void;
  readonly windows?: WindowCache;
  /** The files that did not change, of a cache that has all of their facts. */
  readonly unchanged?: UnchangedFacts;
  /** Results of rules and queries. */
  readonly answers?: CachedAnswers;
};

export type Validation = {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: number;
  readonly records: number;
};

/** All diagnostics of a workspace: first causes, then the others, by file and line. */
export async function validateSnapshot(
  snapshot: Snapshot,
  options: ValidateOptions = {},
): Promise<readonly Diagnostic[]> {
  return (await validate(snapshot, options)).diagnostics;
}

export async function validate(
  original: Snapshot,
  options: ValidateOptions = {},
): Promise<Validation> {
  const snapshot = options.cache?.snapshot ?? original;
  const { schema } = snapshot;
  const isLeftOut = (path: string): boolean =>
    (options.asked?.has(path) !== true && isFree(schema, path)) ||
    (options.withoutLongLogs === true && isLongLog(snapshot, path));
  const cache = isWhole(options) ? options.cache : withoutWhole(options.cache);
  const collected = collectFacts(snapshot, { ...options, ...defined({ cache }), isLeftOut });
  const { facts, noted, unreadable } = collected;
  const context: WorkspaceContext = {
    snapshot,
    schema,
    facts,
    unread: unreadObjects(snapshot, facts, { unread: noted.values(), isLeftOut }),
    unreadable,
    home: options.home,
    modules: options.modules,
    unasked: options.withoutLongLogs === true ? longLogObjects(snapshot) : NO_OBJECTS,
    commands: options.commands,
  };
  const rules: readonly Rule[] = [
    ...RULES,
    ...((await options.moduleRules?.()) ?? []),
    ...sqlRules(context),
  ];
  const ran = ranBy(options, { snapshot, rules });
  const ofFiles = [...noted.values()].flatMap((ofFile) => ofFile.diagnostics);
  const found = maskSecrets(snapshot, [
    ...ofFiles,
    ...(await runRules(
      context,
      rules.filter((rule) => ran(rule.id)),
      cache?.answers,
    )),
  ]);
  const unasked = new Set(
    found.slice(0, ofFiles.length).filter((diagnostic) => isQuiet(diagnostic, options)),
  );
  const left = silence(found, { facts: noted, schema, rules, ran }).filter(
    (diagnostic) =>
      !unasked.has(diagnostic) &&
      !isLeftOut(diagnostic.range.file) &&
      !(diagnostic.rule === SUPPRESSION && isQuiet(diagnostic, options)) &&
      options.only?.includes(diagnostic.rule) !== false,
  );
  const diagnostics = left
    .map((diagnostic) => withoutForbiddenFix(snapshot, diagnostic))
    .sort((a, b) => causeRank(a) - causeRank(b) || compareDiagnostics(a, b));
  return { diagnostics, files: facts.size, records: collected.records };
}

/** Whether every file is checked that is governed, so that results about all of them hold. */
function isWhole({ changed, asked, withoutLongLogs }: ValidateOptions): boolean {
  return changed === undefined && asked === undefined && withoutLongLogs !== true;
}

function withoutWhole(cache: FactsCache | undefined): FactsCache | undefined {
  if (cache === undefined) return undefined;
  const { unchanged: _, answers: __, ...rest } = cache;
  return rest;
}

const NO_OBJECTS: ReadonlySet<string> = new Set();

function longLogObjects(snapshot: Snapshot): ReadonlySet<string> {
  const objects = [...snapshot.schema.objects.keys()];
  return new Set(
    objects.filter((object) => snapshot.filesOf(object).some((path) => isLongLog(snapshot, path))),
  );
}

const REGISTRY_RULES: ReadonlySet<string> = new Set(['registry-syntax', 'bundle-invalid']);
/** What makes a page unreadable. */
const PAGE_RULES: ReadonlySet<string> = new Set([
  'conflict-marker',
  'not-utf8',
  'file-missing',
  'record-shape',
  'locator-ambiguous',
  'near-miss',
]);

/**
 * Errors of the registry come first, then those of whole pages, then values: others may follow from
 * them.
 */
function causeRank({ rule, severity, range }: Diagnostic): number {
  if (severity === 'error' && rule === 'odd-character' && range.file === REGISTRY_FILE) return -1;
  if (severity === 'error' && REGISTRY_RULES.has(rule)) return 0;
  if (severity === 'error' && PAGE_RULES.has(rule)) return 1;
  return rule === 'field-contract' ? 2 : 3;
}

/** Whether it is in an unchanged file, although only changed files are to be reported. */
function isQuiet(diagnostic: Diagnostic, { changed }: ValidateOptions): boolean {
  return changed !== undefined && !changed.has(diagnostic.range.file);
}

/** Ids of all rules of a workspace, including those of its R6 and those that modules bring. */
export function ruleIds(snapshot: Snapshot, brought: readonly Rule[]): readonly string[] {
  return [
    ...new Set([
      ...[...RULES, ...brought].map((rule) => rule.id),
      SUPPRESSION,
      ...snapshot.schema.rules.map((rule) => rule.id),
    ]),
  ].sort();
}

/** Objects with a file that is missing or could not be read. */
export function unreadObjects(
  snapshot: Snapshot,
  facts: { has(path: string): boolean },
  from: { readonly unread: Iterable<FileFacts>; readonly isLeftOut: (path: string) => boolean },
): ReadonlySet<string> {
  const missing = [...snapshot.schema.objects.values()].filter(
    (object) => isLiteral(object.glob) && !facts.has(object.glob) && !from.isLeftOut(object.glob),
  );
  return new Set([
    ...missing.map((object) => object.object),
    ...[...from.unread].flatMap((ofFile) => ofFile.unread),
  ]);
}

/** Which rules to run. Reports about comments and about the queries of R6 need all of them. */
function ranBy(
  { only, errorsIn }: ValidateOptions,
  { snapshot, rules }: { readonly snapshot: Snapshot; readonly rules: readonly Rule[] },
): (id: string) => boolean {
  if (errorsIn !== undefined) {
    const paths = [...errorsIn];
    const ids = new Set(
      rules.filter((rule) => mayErr(rule, { snapshot, paths })).map(({ id }) => id),
    );
    return (id) => ids.has(id);
  }
  return only === undefined || only.includes(SUPPRESSION) || only.includes('registry-syntax')
    ? () => true
    : (id) => only.includes(id);
}

function mayErr(
  rule: Rule,
  { snapshot, paths }: { readonly snapshot: Snapshot; readonly paths: readonly string[] },
): boolean {
  if (rule.kind === 'file') return true;
  const { mayErrIn = () => rule.severity === 'error' } = rule;
  return paths.some((path) => mayErrIn(snapshot, path));
}

/** Nocturne fixes neither files that the owner signs nor logs. */
export function withoutForbiddenFix(snapshot: Snapshot, diagnostic: Diagnostic): Diagnostic {
  if (
    diagnostic.fix === undefined ||
    diagnostic.fix.every((edit) => routeOf(snapshot.schema, edit.file).tier === 'STANDARD')
  )
    return diagnostic;
  const { fix: _, ...rest } = diagnostic;
  return rest;
}
