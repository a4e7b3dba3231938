/** What `init` prints: what it wrote and changed, where the backups are, and what comes next. */
import { isAbsolute, relative } from 'node:path';
import type { Host } from '../../hosts/types.js';
import { defined } from '../../kernel/defined.js';
import { shellWord } from '../../kernel/shell-word.js';
import type { Checked } from '../../setup/check-workspace.js';
import type { Created } from '../../setup/create-workspace.js';
import type { Planned } from '../../setup/plan-setup.js';
import type { SetupNote } from '../../setup/setup-plan.js';
import { countsOf } from '../../report/types.js';
import type { Context } from './types.js';

const KINDS: Readonly<Record<Planned['kind'], string>> = {
  empty: 'a new workspace',
  workspace: 'an existing workspace',
  folder: 'a workspace among your files',
};
const MOST_NAMES = 6;
const MOST_FINDINGS = 10;

/** `host`: the host whose agent workspace it was. */
export type Adopted = Created & { readonly host: Host | undefined };

export function initText(context: Context, created: Adopted, checked: Checked): string {
  const { plan, workspace, host } = created;
  return [
    `${workspace.root}: ${titleOf(plan, host)}.`,
    '',
    `Written: ${written(created.written)}`,
    ...notes(plan),
    ...(created.forgotten === undefined
      ? []
      : [
          '',
          `An earlier workspace was in this directory. Its state is now in ${created.forgotten}.`,
        ]),
    '',
    keyLine(created),
    checked.gate.ok
      ? `Gate: passes (${checked.gate.files} protected files, ${checked.gate.chains.length} logs).`
      : `Gate: refuses. ${checked.gate.findings.map((finding) => `${finding.file}: ${finding.message}`).join('; ')}`,
    ...soundness(checked),
    '',
    'Next:',
    ...next(context, created).map((line) => `  ${line}`),
  ].join('\n');
}

export function initJson(
  context: Context,
  created: Adopted,
  checked: Checked,
): Readonly<Record<string, unknown>> {
  const { plan, workspace, key, host } = created;
  return {
    ...planJson(workspace.root, plan, host),
    written: created.written,
    signed: created.signed,
    ...defined({ forgotten: created.forgotten }),
    key: { fingerprint: key.fingerprint, made: created.keyMade, warnings: key.warnings },
    gate: { ok: checked.gate.ok, files: checked.gate.files, findings: checked.gate.findings },
    validation: {
      ...countsOf(checked.validation.diagnostics),
      files: checked.validation.files,
      records: checked.validation.records,
    },
    next: next(context, created),
  };
}

function titleOf(plan: Planned, host: Host | undefined): string {
  return host?.agentWorkspace === undefined
    ? (plan.importer?.result ?? KINDS[plan.kind])
    : `${host.agentWorkspace.called}, adopted`;
}

export function planText(directory: string, plan: Planned, host: Host | undefined): string {
  const paths = [...plan.files]
    .filter(([, content]) => content !== undefined)
    .map(([path]) => path);
  return [
    `${directory} would be ${titleOf(plan, host)}. Nothing was written.`,
    '',
    `Would write: ${written(paths)}`,
    ...notes(plan),
  ].join('\n');
}

export function planJson(
  directory: string,
  plan: Planned,
  host: Host | undefined,
): Readonly<Record<string, unknown>> {
  return {
    directory,
    kind: host?.name ?? plan.importer?.name ?? plan.kind,
    written: [...plan.files].filter(([, content]) => content !== undefined).map(([path]) => path),
    removed: [...plan.files].filter(([, content]) => content === undefined).map(([path]) => path),
    conflicts: plan.notes,
    backups: [...plan.backups.keys()],
  };
}

function written(paths: readonly string[]): string {
  if (paths.length === 0) return 'nothing, every file existed';
  return paths.length <= MOST_NAMES ? paths.join(', ') : `${paths.length} files`;
}

const TITLES: Readonly<Record<SetupNote['kind'], string>> = {
  merged: 'Your text, plus what the registry needs',
  replaced: 'Our page instead of yours',
  converted: 'Converted to our format',
  moved: 'Moved',
  left: 'Left as it was; Nocturne does not use it',
  owner: 'For you to decide or complete',
};

/** What happened to existing files, grouped by kind. */
function notes(plan: Planned): string[] {
  if (plan.notes.length === 0) return [];
  const groups = Object.entries(TITLES).map(([kind, title]) => ({
    title,
    lines: linesOf(plan.notes.filter((note) => note.kind === kind)),
  }));
  const [folder] = [...plan.backups.keys()].map((path) => path.split('/').slice(0, 2).join('/'));
  return [
    '',
    `Conflicts with your files, and what Nocturne did (${plan.notes.length}):`,
    ...groups
      .filter(({ lines }) => lines.length > 0)
      .flatMap(({ title, lines }) => ['', `  ${title}`, ...lines.map((line) => `    ${line}`)]),
    ...(folder === undefined
      ? []
      : ['', `Every file that changed is backed up in ${folder}, under its own path.`]),
  ];
}

/** One line for each message, with the paths that it is about. */
function linesOf(found: readonly SetupNote[]): string[] {
  const byMessage = new Map<string, string[]>();
  for (const { path, message } of found)
    byMessage.set(message, [...(byMessage.get(message) ?? []), path]);
  return [...byMessage].map(([message, paths]) => `${paths.join(', ')}: ${message}`);
}

function keyLine({ key, keyMade }: Created): string {
  const warnings = key.warnings.map((warning) => `\n  ${warning}`).join('');
  return `Key: ${key.fingerprint}, ${keyMade ? 'created now; keep a copy in a safe place' : 'your existing key'}.${warnings}`;
}

function soundness({ validation }: Checked): string[] {
  const { errors, warnings } = countsOf(validation.diagnostics);
  const errorLines = validation.diagnostics
    .filter((diagnostic) => diagnostic.severity === 'error')
    .slice(0, MOST_FINDINGS)
    .map(
      (diagnostic) =>
        `  ${diagnostic.range.file}:${diagnostic.range.line}  ${diagnostic.message}${diagnostic.hint === undefined ? '' : ` (${diagnostic.hint})`}`,
    );
  return [
    `Validation: ${count(errors, 'error')}, ${count(warnings, 'warning')} in ${validation.files} files.${warnings > 0 ? ' To see them: nocturne validate' : ''}`,
    ...errorLines,
  ];
}

function count(number: number, what: string): string {
  return `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`;
}

/** The next three commands, ready to type in the current directory. */
function next(context: Context, { workspace: { root }, plan }: Created): string[] {
  const from = relative(context.cwd, root);
  const here =
    from === '' ? [] : [`cd ${shellWord(from.startsWith('..') || isAbsolute(from) ? root : from)}`];
  const then =
    plan.importer !== undefined
      ? ['nocturne status', 'nocturne run worker --dry-run', 'nocturne validate']
      : [
          'nocturne project new SLUG --mission "why it exists"',
          'nocturne run worker',
          'nocturne status',
        ];
  return [...here, ...then].slice(0, 3);
}
