/** Judges an effect on files, a command, and something to send. */
import { checkContract, checkWriters } from './contract.js';
import { guestReasons, routeReasons } from './route.js';
import { secretReasons } from './secrets.js';
import { targetsOf, type ProposedEffect, type ProposedTarget } from './targets.js';
import type { Authority, Reason, Action } from '../types.js';
import { judgeArgv, judgeScript } from './command.js';
import type { ChangedPlaces } from './changed-places.js';
import { repositoryProblem } from './git-repository.js';
import { readReasons } from './read.js';
import { readCommand } from './read-command.js';
import type { Step } from './shell-types.js';
import type { CommandJudgement } from './command-findings.js';
import { resolveTarget, type PathWorld } from './path.js';
import { toolRules } from './tool-rules.js';
import { assignmentProblem } from './wrappers.js';
import { destinations, judgeSending, sentBy } from './egress.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Snapshot } from '../../workspace/types.js';
import type { FileProbe } from './probe.js';

export function judgeEffect(context: Judging, effect: ProposedEffect, verdicts: Verdicts): void {
  for (const target of targetsOf(context, effect, verdicts.changed)) {
    verdicts.reasons.push(...target.reasons);
    if (target.path === undefined) continue;
    judgeTarget(context, { ...target, path: target.path }, verdicts);
    verdicts.changed.note(target.path, target.op === 'delete');
  }
}

function judgeTarget(
  context: Judging,
  target: ProposedTarget & { readonly path: string },
  verdicts: Verdicts,
): void {
  const { snapshot, authority, options } = context;
  const { path, op } = target;
  if (op === 'mkdir' && target.existing?.kind === 'directory') return;
  verdicts.paths.push(path);
  options.seen?.({ path, op, after: target.after, unseen: target.unseen });
  if (authority.kind === 'guest')
    verdicts.reasons.push(...guestReasons(snapshot, authority, { path, op }));
  if (authority.kind === 'pass') {
    for (const reason of routeReasons(snapshot, authority, { path, op })) {
      const authorisation = reason.code === 'out-of-scope' ? options.authorise?.(path) : undefined;
      if (authorisation === undefined) verdicts.reasons.push(reason);
      else verdicts.used.add(authorisation);
    }
  }
  if (op === 'mkdir' || op === 'mode') return;
  if (op === 'delete') {
    verdicts.texts.set(path, undefined);
    if (authority.kind === 'pass' || authority.kind === 'guest')
      verdicts.reasons.push(
        ...checkWriters(snapshot, path, undefined).filter(mattersTo(authority)),
      );
    return;
  }
  judgeContent(context, target, verdicts);
}

function judgeContent(
  context: Judging,
  target: ProposedTarget & { readonly path: string },
  verdicts: Verdicts,
): void {
  const { snapshot, authority } = context;
  const { path, after } = target;
  const markdown = /\.(?:md|markdown)$/i.test(path);
  if (after === undefined) {
    if (target.unseen && authority.kind !== 'owner' && snapshot.objectsOf(path).length > 0)
      verdicts.reasons.push({
        code: 'contract',
        message: `${path} contains records, but the command does not show what it would write; use the write or edit tool`,
      });
    return;
  }
  const text = decode(after);
  if (text === undefined) {
    if (markdown)
      verdicts.reasons.push({ code: 'not-utf8', message: `${path} would not be UTF-8 text` });
    verdicts.reasons.push(...secretReasons(Buffer.from(after).toString('latin1'), path));
    return;
  }
  if (authority.kind !== 'owner' && target.again && snapshot.objectsOf(path).length > 0)
    verdicts.reasons.push({
      code: 'contract',
      message: `${path} contains records, and the command changes it twice; use a command for each change`,
    });
  verdicts.texts.set(path, text);
  verdicts.reasons.push(...secretReasons(text, path, snapshot.text(path) ?? ''));
  const contract = checkContract(snapshot, path, text);
  verdicts.diagnostics.push(...contract.diagnostics);
  verdicts.broken.push(...contract.reasons);
  if (authority.kind === 'owner') return;
  verdicts.reasons.push(
    ...contract.reasons,
    ...(authority.kind === 'pass' ? checkWriters(snapshot, path, text) : []),
  );
}

/** A person is present and may change the owner's fields; bundle-only files stay refused. */
function mattersTo(authority: Authority): (reason: Reason) => boolean {
  return (reason) => authority.kind !== 'guest' || reason.code !== 'field-writer';
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function judgeExec(context: Judging, action: Action, verdicts: Verdicts): void {
  const { snapshot, authority, world, options } = context;
  if (authority.kind === 'owner') return;
  const cwd = startFolder(world, action.cwd ?? options.cwd, verdicts);
  const commandWorld = {
    rules: toolRules(snapshot.records('TOOL-RULE')),
    tools: authority.kind === 'pass' ? authority.tools : undefined,
    cwd,
    reading: (from: string, path: string, below: boolean) => readReasons(world, path, from, below),
  };
  const judgements: CommandJudgement[] = [];
  const { command } = action;
  if (command !== undefined) {
    const script =
      action.steps === undefined
        ? readCommand(world, command, cwd)
        : { steps: action.steps, problems: [] };
    verdicts.steps = script.steps;
    judgements.push(judgeScript(script, commandWorld));
  }
  if (action.argv !== undefined) judgements.push(judgeArgv(action.argv, commandWorld));
  if (judgements.length === 0)
    verdicts.reasons.push({ code: 'command-unparsable', message: 'the command is missing' });
  for (const name of Object.keys(action.env ?? {})) {
    const problem = assignmentProblem(name);
    if (problem !== undefined) verdicts.reasons.push({ code: 'command-denied', message: problem });
  }
  for (const judged of judgements) {
    verdicts.reasons.push(...registryReasons(context, judged.reasons, verdicts));
    if (authority.kind === 'reader' && judged.effects.length + judged.foreign.length > 0)
      verdicts.reasons.push({
        code: 'no-token',
        message:
          'a command that may write needs the token of a running pass; without one everything is read-only',
      });
    judgeInOrder(context, judged, verdicts);
  }
  verdicts.reasons.push(
    ...secretReasons(
      `${action.command ?? ''}\n${(action.argv ?? []).join(' ')}`.trim(),
      'the command',
    ),
  );
}

function registryReasons(
  { options }: Judging,
  reasons: readonly Reason[],
  { used }: Verdicts,
): readonly Reason[] {
  const { beyondRegistry } = options;
  if (beyondRegistry === undefined) return reasons;
  const left = reasons.filter(
    ({ code }) => code !== 'command-unknown' && code !== 'tool-not-allowed',
  );
  if (left.length < reasons.length) used.add(beyondRegistry);
  return left;
}

/** Each program meets what the ones before it may have left. */
function judgeInOrder(context: Judging, judged: CommandJudgement, verdicts: Verdicts): void {
  const { changed } = verdicts;
  const waiting = [...judged.repositories];
  const judgedAt = new Map<string, number>();
  for (let i = 0; i <= judged.effects.length; i++) {
    while (waiting[0]?.after === i) {
      const problem = repositoryProblem(context.world, waiting.shift()?.folder ?? '', changed);
      if (problem !== undefined)
        verdicts.reasons.push({ code: 'command-denied', message: problem });
    }
    const effect = judged.effects[i];
    if (effect === undefined) continue;
    // A loop repeats what it does, and the same effect on the same files means the same.
    const key = JSON.stringify(effect);
    if (judgedAt.get(key) === changed.version()) continue;
    judgedAt.set(key, changed.version());
    const unseen = effect.content === undefined && effect.copyOf === undefined;
    judgeEffect(context, { ...effect, unseen }, verdicts);
  }
}

function startFolder(world: PathWorld, rawPath: string | undefined, verdicts: Verdicts): string {
  if (rawPath === undefined || rawPath === '' || rawPath === '.') return '';
  const target = resolveTarget(world, rawPath, { use: 'folder' });
  verdicts.reasons.push(...target.reasons);
  return target.path ?? '';
}

/** A pass sends only to listed destinations; with a person present, others are asked about. */
export function judgeSend(
  { snapshot, authority, options }: Judging,
  action: Action,
  verdicts: Verdicts,
): void {
  if (authority.kind === 'owner') return;
  if (authority.kind === 'reader')
    return void verdicts.reasons.push({
      code: 'send-denied',
      message: 'a send needs the token of a running pass; without one everything is read-only',
    });
  if (authority.kind === 'pass' && authority.project === undefined)
    return void verdicts.reasons.push({
      code: 'send-denied',
      message: 'a pass without a project sends nothing',
    });
  const runId = authority.kind === 'pass' ? authority.runId : '';
  const content =
    typeof action.content === 'string'
      ? action.content
      : Buffer.from(action.content ?? '').toString('latin1');
  const sent = (name: string): number =>
    sentBy(snapshot, runId, name) + (options.sent?.get(name) ?? 0);
  const judged = judgeSending(
    destinations(snapshot),
    {
      to: action.to ?? '',
      content,
      project: authority.kind === 'pass' ? authority.project : undefined,
    },
    sent,
  );
  verdicts.reasons.push(...judged.reasons);
  if (judged.destination !== undefined) verdicts.used.add(judged.destination);
}

export type DecideOptions = {
  /** Default: the disk. */
  readonly probe?: FileProbe;
  /** `$NOCTURNE_HOME`, reserved if it is inside the workspace. */
  readonly home?: string;
  /** Where a command starts, relative to the workspace; default: its root. */
  readonly cwd?: string;
  /** The pre-approval that allows writing a path outside the scope. */
  readonly authorise?: (path: string) => string | undefined;
  /** The pre-approval that allows a program which the tool registry or the phase does not. */
  readonly beyondRegistry?: string;
  /** Sends judged together with this one, by destination. */
  readonly sent?: ReadonlyMap<string, number>;
  /** Called with every file that the action would touch. */
  readonly seen?: (target: {
    readonly path: string;
    readonly op: string;
    readonly after: Uint8Array | undefined;
    readonly unseen: boolean;
  }) => void;
};

export type Judging = {
  readonly snapshot: Snapshot;
  readonly authority: Authority;
  readonly world: PathWorld;
  readonly options: DecideOptions;
};
export type Verdicts = {
  readonly reasons: Reason[];
  readonly paths: string[];
  readonly diagnostics: Diagnostic[];
  readonly broken: Reason[];
  readonly used: Set<string>;
  /** What the command runs, as it was judged. */
  steps?: readonly Step[];
  readonly changed: ChangedPlaces;
  /** What the touched files would hold; `undefined`: deleted. */
  readonly texts: Map<string, string | undefined>;
};
