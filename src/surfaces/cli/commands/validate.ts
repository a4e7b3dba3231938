/** `validate`: all checks as a report; `--fix` repairs what it can, `--watch` checks again. */
import { defined } from '../../../kernel/defined.js';
import { EXIT, type ExitCode, NocturneError } from '../../../kernel/error.js';
import { jsonReport } from '../../../report/json.js';
import { textReport } from '../../../report/text.js';
import { countsOf } from '../../../report/types.js';
import { seenDiagnostics } from '../../../governance/scoped-snapshot.js';
import { openSnapshot } from '../../../workspace/snapshot.js';
import { ownerAuthorisation, requireOwner } from '../actor.js';
import { validateCached } from '../../../validate/cached-validation.js';
import { printText } from '../print-result.js';
import type { ValidateOptions, Validation } from '../../../validate/validate-snapshot.js';
import type { Snapshot } from '../../../workspace/types.js';
import { textOfLines } from '../../../workspace/text-of-lines.js';
import { changedSince } from '../changed-since.js';
import { fileLink } from '../file-link.js';
import { cacheGround } from '../cache-ground.js';
import { moduleRules } from '../module-rules.js';
import type { FindingPlace } from '../fix-findings.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { workspacePath } from '../workspace-path.js';

const FORMATS = ['text', 'json', 'sarif', 'github', 'junit'] as const;
type Format = (typeof FORMATS)[number];

export const validate: Command = {
  args: '[path]',
  options: [
    {
      flags: '--fix',
      description: 'repair what needs no decision; never in protected files',
    },
    {
      flags: '--at <place>',
      description: 'with --fix: repair only what is found at FILE:LINE or FILE:LINE:COLUMN',
    },
    { flags: '--dry-run', description: 'with --fix: show the difference, and write nothing' },
    { flags: '--watch', description: 'keep running, and check again after each change' },
    { flags: '--rule <id>', description: 'report only this rule' },
    {
      flags: '--since <rev>',
      description: 'report only findings about files that changed since this git revision',
    },
    { flags: '--format <format>', description: 'the output format', choices: FORMATS },
  ],
  examples: [
    'nocturne validate',
    'nocturne validate --fix --dry-run',
    'nocturne validate --fix --at notes/plan.md:12 --dry-run',
    'nocturne validate --rule link-broken',
    'nocturne validate notes/',
    'nocturne validate --since origin/main --format github',
  ],
  async run(context, { args, options }) {
    if (options['fix'] === true) requireOwner(context, 'repairing');
    const format = formatOf(context, options);
    const settings = withPath(context, await settingsOf(context, options), args[0]);
    const place = placeOf(options);
    if (place !== undefined)
      return fixAt(context, { settings, place, dryRun: options['dryRun'] === true });
    if (options['watch'] === true)
      return watch(context, { settings, format, fix: options['fix'] === true });
    if (options['fix'] === true && options['dryRun'] === true) return preview(context, settings);
    if (options['dryRun'] === true)
      throw new NocturneError('USAGE', '--dry-run needs --fix', {
        hint: 'nocturne validate --fix --dry-run',
      });
    const fixed = options['fix'] === true ? await fix(context, settings) : '';
    const snapshot = wholeSnapshot(context);
    const found = await check(context, snapshot, settings);
    return resultOf(context, { snapshot, found, format, fixed });
  },
};

/** Uses the cache: files that did not change are not checked again. A pass gets what it may see. */
export async function check(
  context: Context,
  snapshot: Snapshot,
  settings: ValidateOptions,
): Promise<Validation> {
  const { root, state } = context.workspace();
  const ground = cacheGround({ root, state, home: context.home, packageRoot: context.packageRoot });
  const found = await validateCached(snapshot, {
    ...ground,
    ...settings,
    onFile: (done, total) => context.bar?.('Checking files', { done, total }),
    progress: (line) => context.progress(line),
  });
  return context.scope === undefined
    ? found
    : { ...found, diagnostics: seenDiagnostics(snapshot, context.scope, found.diagnostics) };
}

/** Rules compare different projects, so they check everything, even for a pass. */
export function wholeSnapshot(context: Context): Snapshot {
  const { root, clock } = context.workspace();
  return openSnapshot(root, { now: clock.now() });
}

export async function settingsOf(
  context: Context,
  options: Parsed['options'],
): Promise<ValidateOptions> {
  const { rule, since } = options;
  if (typeof rule === 'string') {
    const { ruleIds } = await import('../../../validate/validate-snapshot.js');
    const ids = ruleIds(context.workspace().snapshot(), await moduleRules());
    if (!ids.includes(rule))
      throw new NocturneError('USAGE', `there is no rule ${rule}`, {
        hint: `rules: ${ids.join(', ')}`,
      });
  }
  return {
    home: context.home,
    moduleRules,
    ...defined({
      commands: context.commands,
      only: typeof rule === 'string' ? [rule] : undefined,
      changed: typeof since === 'string' ? changedSince(context.root(), since) : undefined,
    }),
  };
}

/**
 * As with `--since`: findings about one file or folder, and those about the whole workspace. The
 * owner's FREE files are checked because they are asked for.
 */
function withPath(
  context: Context,
  settings: ValidateOptions,
  path: string | undefined,
): ValidateOptions {
  if (path === undefined) return settings;
  const target = workspacePath(context, path);
  const files = [...context.workspace().snapshot().files.keys()].filter(
    (file) => file === target || file.startsWith(`${target}/`),
  );
  if (files.length === 0)
    throw new NocturneError('NOT_FOUND', `there is no file or folder ${path} in the workspace`, {
      hint: 'paths are relative to the current folder or to the workspace',
    });
  const { changed } = settings;
  const asked = new Set(files);
  return {
    ...settings,
    asked,
    changed: new Set(files.filter((file) => changed?.has(file) ?? true)),
  };
}

function formatOf(context: Context, options: Parsed['options']): Format {
  const asked = FORMATS.find((format) => format === options['format']);
  return asked ?? (context.json ? 'json' : 'text');
}

async function resultOf(
  context: Context,
  options: {
    readonly snapshot: Snapshot;
    readonly found: Validation;
    readonly format: Format;
    readonly fixed: string;
  },
): Promise<CommandResult> {
  const { snapshot, found, format, fixed } = options;
  const exit = exitOf(found);
  const json = jsonReport(found);
  const raw = (text: string): CommandResult => ({ exit, text: '', json, raw: text });
  switch (format) {
    case 'text':
      return {
        exit,
        text: `${fixed}${textReport(found, { color: context.color, width: context.width, heading: (file) => fileLink(context, file), textOf: (file, lines) => textOfLines(snapshot, file, lines) })}`,
        json,
      };
    case 'json':
      return raw(JSON.stringify({ schema: 1, ok: exit === EXIT.ok, ...json }));
    case 'github':
      return raw((await import('../../../report/github.js')).githubReport(found));
    case 'junit':
      return raw((await import('../../../report/junit.js')).junitReport(found));
    case 'sarif':
      return raw(await sarif(context, found));
  }
}

function exitOf({ diagnostics }: Validation): ExitCode {
  return countsOf(diagnostics).errors > 0 ? EXIT.findings : EXIT.ok;
}

async function sarif(context: Context, found: Validation): Promise<string> {
  const [{ sarifReport }, { ruleSummary }, { packageVersion }] = await Promise.all([
    import('../../../report/sarif.js'),
    import('../rule-pages.js'),
    import('../package-version.js'),
  ]);
  const summaries = new Map(
    [...new Set(found.diagnostics.map((finding) => finding.rule))].flatMap((rule) => {
      const summary = ruleSummary(context.packageRoot, rule);
      return summary === undefined ? [] : [[rule, summary] as const];
    }),
  );
  return sarifReport(found, { version: packageVersion(context.packageRoot), summaries });
}

async function fix(context: Context, settings: ValidateOptions): Promise<string> {
  const { fixFindings } = await import('../fix-findings.js');
  const done = await fixFindings(context.workspace(), {
    ...settings,
    authorisation: ownerAuthorisation(context),
  });
  const places = done.reduce((sum, file) => sum + file.fixes, 0);
  return done.length === 0
    ? ''
    : `Repaired ${places} ${places === 1 ? 'place' : 'places'} in ${[...new Set(done.map((file) => file.path))].join(', ')}\n\n`;
}

async function preview(context: Context, settings: ValidateOptions): Promise<CommandResult> {
  const { fixesDiff, fixesJson, plannedFixes } = await import('../fix-findings.js');
  const snapshot = context.workspace().snapshot();
  const found = await check(context, snapshot, settings);
  const planned = plannedFixes(snapshot, found.diagnostics);
  return {
    exit: exitOf(found),
    text: planned.length === 0 ? 'There is nothing to repair.' : await fixesDiff(planned),
    json: { ...jsonReport(found), fixes: fixesJson(planned) },
  };
}

/** @throws NocturneError `USAGE`, also without `--fix`. */
function placeOf(options: Parsed['options']): FindingPlace | undefined {
  const { at, fix: isFix } = options;
  if (at === undefined) return undefined;
  const [, file = '', line = '', column] = /^(.+?):(\d+)(?::(\d+))?$/.exec(String(at)) ?? [];
  if (file === '' || isFix !== true)
    throw new NocturneError(
      'USAGE',
      isFix === true ? `--at cannot be ${String(at)}` : '--at needs --fix',
      { hint: 'nocturne validate --fix --at FILE:LINE:COLUMN --dry-run' },
    );
  return defined({
    file,
    line: Number(line),
    column: column === undefined ? undefined : Number(column),
  });
}

async function fixAt(
  context: Context,
  options: {
    readonly settings: ValidateOptions;
    readonly place: FindingPlace;
    readonly dryRun: boolean;
  },
): Promise<CommandResult> {
  const { fixesDiff, fixesJson, fixFindingsAt } = await import('../fix-findings.js');
  const planned = await fixFindingsAt(context.workspace(), {
    ...options,
    authorisation: ownerAuthorisation(context),
  });
  const { file, line } = options.place;
  return {
    exit: EXIT.ok,
    text: options.dryRun ? await fixesDiff(planned) : `Repaired ${file}:${line}.`,
    json: { fixes: fixesJson(planned) },
  };
}

async function watch(
  context: Context,
  options: { readonly settings: ValidateOptions; readonly format: Format; readonly fix: boolean },
): Promise<CommandResult> {
  if (options.format !== 'text')
    throw new NocturneError('USAGE', '--watch prints only text', {
      hint: 'leave out --json and --format',
    });
  const { watchWorkspace } = await import('../watch-workspace.js');
  let exit: number = EXIT.ok;
  await watchWorkspace(context.root(), async () => {
    const fixed = options.fix ? await fix(context, options.settings) : '';
    const snapshot = wholeSnapshot(context);
    const result = await resultOf(context, {
      snapshot,
      found: await check(context, snapshot, options.settings),
      format: 'text',
      fixed,
    });
    exit = result.exit;
    printText(`${result.text}\n`);
  });
  return { exit, text: '', json: {} };
}
