/**
 * The one decision that every door asks for: may this be done, on whose behalf, and what would it
 * reach.
 */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { impactOf } from '../../registry/impact.js';
import { routeOf } from '../../registry/route.js';
import { type ImpactedNode, TIERS, type Tier } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { judgeArgv, judgeCommand, type CommandJudgement } from './command.js';
import { checkContract, checkWriters } from './contract.js';
import { destinations, judgeSending, sentBy } from './egress.js';
import type { Effect } from './effects.js';
import { targetsOf, type ProposedTarget } from './targets.js';
import { resolveTarget, type PathWorld } from './path.js';
import { readReasons } from './read.js';
import { diskProbe, type FileProbe } from './probe.js';
import { guestReasons, routeReasons } from './route.js';
import { secretReasons } from './secrets.js';
import { toolRules } from './tool-rules.js';
import { assignmentProblem } from './wrappers.js';
import type { Action, Authority, Decision, Reason } from '../types.js';

export type DecideOptions = {
  /** What the disk says now; default: the disk. */
  readonly probe?: FileProbe;
  /** `$NOCTURNE_HOME`, so that it is reserved when it stands inside the workspace. */
  readonly home?: string;
  /** Folder in which a command starts, relative to the workspace; default: its root. */
  readonly cwd?: string;
  /**
   * The pre-approval (`PA-003`) under which a path outside the scope may be written, if there is
   * one.
   */
  readonly authorise?: (path: string) => string | undefined;
  /** Sends that are being judged together with this one, by destination. */
  readonly sent?: ReadonlyMap<string, number>;
  /** Told of every file that the action would touch. */
  readonly seen?: (target: {
    readonly path: string;
    readonly op: string;
    readonly after: Uint8Array | undefined;
    readonly unseen: boolean;
  }) => void;
};

type Context = {
  readonly snapshot: Snapshot;
  readonly authority: Authority;
  readonly world: PathWorld;
  readonly options: DecideOptions;
};
type Verdicts = {
  readonly reasons: Reason[];
  readonly paths: string[];
  readonly diagnostics: Diagnostic[];
  readonly used: Set<string>;
};

/**
 * Every reason is given, not only the first. Synchronous; reads the disk only to see what stands at
 * a path.
 */
export function decide(
  snapshot: Snapshot,
  authority: Authority,
  action: Action,
  options: DecideOptions = {},
): Decision {
  const world: PathWorld = {
    root: snapshot.root,
    files: snapshot.files,
    probe: options.probe ?? diskProbe,
    home: options.home,
  };
  const context: Context = { snapshot, authority, world, options };
  const verdicts: Verdicts = { reasons: [], paths: [], diagnostics: [], used: new Set() };
  judge(context, action, verdicts);
  return conclude(context, action, verdicts);
}

function judge(context: Context, action: Action, verdicts: Verdicts): void {
  if (action.kind === 'exec') return judgeExec(context, action, verdicts);
  if (action.kind === 'read')
    return void verdicts.reasons.push(
      ...readReasons(context.world, action.path ?? '', context.options.cwd),
    );
  if (action.kind === 'send') return judgeSend(context, action, verdicts);
  if (context.authority.kind === 'reader')
    verdicts.reasons.push({
      code: 'no-token',
      message: `a ${action.kind} needs the token of a live pass; without one everything is read-only`,
    });
  const effects = effectsOf(action);
  if (effects.length === 0)
    verdicts.reasons.push({
      code: 'path-invalid',
      message: `a ${action.kind} needs ${action.kind === 'rename' ? 'a path and where it goes (to)' : 'a path'}`,
    });
  for (const effect of effects) judgeEffect(context, { ...effect, from: '' }, verdicts);
  if (
    action.kind !== 'rename' &&
    typeof action.content === 'string' &&
    /\p{Surrogate}/u.test(action.content)
  )
    verdicts.reasons.push({
      code: 'not-utf8',
      message: 'the content is not well-formed Unicode and cannot be written as UTF-8',
    });
}

/**
 * A pass of a project sends to what the owner lists; with a person present, anything else is asked
 * about.
 */
function judgeSend(
  { snapshot, authority, options }: Context,
  action: Action,
  verdicts: Verdicts,
): void {
  if (authority.kind === 'owner') return;
  if (authority.kind === 'reader')
    return void verdicts.reasons.push({
      code: 'send-denied',
      message: 'a send needs the token of a live pass; without one everything is read-only',
    });
  if (authority.kind === 'pass' && authority.project === undefined)
    return void verdicts.reasons.push({
      code: 'send-denied',
      message: 'a pass without a project sends nothing out of the workspace',
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

function effectsOf(action: Action): readonly (Effect & { readonly bytes?: Uint8Array | string })[] {
  const { kind, path, to, content } = action;
  if (path === undefined || kind === 'exec' || kind === 'send' || kind === 'read') return [];
  if (kind === 'rename')
    return to === undefined
      ? []
      : [
          { op: 'delete', path, tree: true, moving: true },
          { op: 'write', path: to, copyOf: path, tree: true },
        ];
  if (kind === 'delete') return [{ op: 'delete', path, tree: true }];
  return [{ op: kind, path, ...(content === undefined ? {} : { bytes: content }) }];
}

function judgeExec(context: Context, action: Action, verdicts: Verdicts): void {
  const { snapshot, authority, world, options } = context;
  if (authority.kind === 'owner') return;
  const folder = (from: string, given: string): { path: string; exists: boolean } | undefined => {
    const target = resolveTarget(world, given, { use: 'folder', from });
    return target.path === undefined || target.reasons.length > 0
      ? undefined
      : { path: target.path, exists: target.existing?.kind === 'directory' };
  };
  const commandWorld = {
    rules: toolRules(snapshot.records('TOOL-RULE')),
    tools: authority.kind === 'pass' ? authority.tools : undefined,
    cwd: startFolder(world, action.cwd ?? options.cwd, verdicts),
    folder,
  };
  const judgements: CommandJudgement[] = [];
  if (action.command !== undefined) judgements.push(judgeCommand(action.command, commandWorld));
  if (action.argv !== undefined) judgements.push(judgeArgv(action.argv, commandWorld));
  if (judgements.length === 0)
    verdicts.reasons.push({ code: 'command-unparsable', message: 'there is no command' });
  for (const name of Object.keys(action.env ?? {})) {
    const problem = assignmentProblem(name, true);
    if (problem !== undefined) verdicts.reasons.push({ code: 'command-denied', message: problem });
  }
  for (const judged of judgements) {
    verdicts.reasons.push(...judged.reasons);
    if (authority.kind === 'reader' && judged.effects.length + judged.foreign.length > 0)
      verdicts.reasons.push({
        code: 'no-token',
        message:
          'a command that may write needs the token of a live pass; without one everything is read-only',
      });
    for (const effect of judged.effects)
      judgeEffect(
        context,
        { ...effect, unseen: effect.content === undefined && effect.copyOf === undefined },
        verdicts,
      );
  }
  verdicts.reasons.push(
    ...secretReasons(
      `${action.command ?? ''}\n${(action.argv ?? []).join(' ')}`.trim(),
      'the command',
    ),
  );
}

/** Relative to the workspace. A folder outside it, or behind a link, is a reason. */
function startFolder(world: PathWorld, given: string | undefined, verdicts: Verdicts): string {
  if (given === undefined || given === '' || given === '.') return '';
  const target = resolveTarget(world, given, { use: 'folder' });
  verdicts.reasons.push(...target.reasons);
  return target.path ?? '';
}

function judgeEffect(
  context: Context,
  effect: Parameters<typeof targetsOf>[1],
  verdicts: Verdicts,
): void {
  for (const target of targetsOf(context, effect)) {
    verdicts.reasons.push(...target.reasons);
    if (target.path !== undefined) judgeTarget(context, { ...target, path: target.path }, verdicts);
  }
}

function judgeTarget(
  context: Context,
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
    if (authority.kind === 'pass' || authority.kind === 'guest')
      verdicts.reasons.push(
        ...checkWriters(snapshot, path, undefined).filter(mattersTo(authority)),
      );
    return;
  }
  judgeContent(context, target, verdicts);
}

function judgeContent(
  context: Context,
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
        message: `${path} holds records, and what the command would write cannot be seen; use the write or edit tool`,
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
  verdicts.reasons.push(...secretReasons(text, path, snapshot.text(path) ?? ''));
  const contract = checkContract(snapshot, path, text);
  verdicts.diagnostics.push(...contract.diagnostics);
  if (authority.kind === 'owner') return;
  verdicts.reasons.push(
    ...contract.reasons,
    ...(authority.kind === 'pass' ? checkWriters(snapshot, path, text) : []),
  );
}

/**
 * A guest sits with a person, who may change what is the owner's; what only bundles write is for
 * nobody's hand.
 */
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

/**
 * The verdict: `ask` when nothing but the scope stands against it, so that the owner could allow
 * it.
 */
function conclude(context: Context, action: Action, verdicts: Verdicts): Decision {
  const { snapshot, authority } = context;
  const refusals = [
    ...new Map(
      verdicts.reasons.map((reason) => [`${reason.code} ${reason.message}`, reason]),
    ).values(),
  ];
  const paths = [...new Set(verdicts.paths)];
  const tiers = paths.map((path) => routeOf(snapshot.schema, path).tier);
  const tier: Tier | undefined = TIERS.filter((name) => tiers.includes(name)).at(-1);
  const [authorisation] = verdicts.used;
  const common = { tier, diagnostics: verdicts.diagnostics };
  const impact = (): readonly ImpactedNode[] =>
    paths.length === 0 ? [] : impactOf(snapshot.schema, snapshot.files.keys(), paths);
  if (refusals.length > 0)
    return withImpact(
      {
        ...common,
        verdict: refusals.every((reason) => isAskable(authority, reason)) ? 'ask' : 'deny',
        reasons: refusals,
      },
      impact,
    );
  return withImpact(
    {
      ...common,
      verdict: 'allow',
      reasons: [allowing(authority, action, { tier, paths, authorisation })],
      ...(authorisation === undefined ? {} : { authorisation }),
    },
    impact,
  );
}

/**
 * Following the edges takes longer than the rest of the decision, and the doors of hosts do not
 * show them: done when they are looked at.
 */
function withImpact(
  decision: Omit<Decision, 'impact'>,
  follow: () => readonly ImpactedNode[],
): Decision {
  let impact: readonly ImpactedNode[] | undefined;
  return {
    ...decision,
    get impact() {
      return (impact ??= follow());
    },
  };
}

/**
 * What the owner could allow: what is beyond the scope; and, with a person present, what is not in
 * the workspace, a command that the guard does not know or cannot read, and a destination that is
 * not listed.
 */
function isAskable(authority: Authority, reason: Reason): boolean {
  return (
    reason.code === 'out-of-scope' ||
    (authority.kind === 'guest' && /^(?:command-|tool-|egress|path-outside$)/.test(reason.code))
  );
}

function allowing(
  authority: Authority,
  action: Action,
  about: {
    readonly tier: Tier | undefined;
    readonly paths: readonly string[];
    readonly authorisation: string | undefined;
  },
): Reason {
  if (authority.kind === 'owner') {
    const note =
      about.tier === 'PROTECTED'
        ? `; it is protected, so sign it afterwards (nocturne sign ${about.paths.join(' ')})`
        : about.tier === 'APPEND'
          ? '; it is a log whose rows are chained, so a change by hand is reported'
          : '';
    return { code: 'owner', message: `the owner may do this${note}` };
  }
  if (action.kind === 'send')
    return {
      code: 'allowed',
      message: `${about.authorisation ?? ''} of orchestration-os/OPS-DESTINATIONS.md allows it`,
    };
  if (about.authorisation !== undefined)
    return {
      code: 'pre-approved',
      message: `outside the scope, but ${about.authorisation} allows it`,
    };
  return {
    code: 'allowed',
    message:
      about.paths.length === 0
        ? `${action.kind === 'exec' ? 'the command writes nothing' : 'nothing is written'}`
        : `${about.paths.slice(0, 5).join(', ')} may be written`,
  };
}
