/** The verdict from everything that was found. */
import { defined } from '../../kernel/defined.js';
import { impactOf } from '../../registry/impact.js';
import { routeOf } from '../../registry/route.js';
import { type ImpactedNode, TIERS, type Tier } from '../../registry/types.js';
import type { Judging, Verdicts } from './judge-action.js';
import { printCommand } from './print-command.js';
import type { Action, Authority, Decision, Reason } from '../types.js';

export function conclude(context: Judging, action: Action, verdicts: Verdicts): Decision {
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
  const { diagnostics, broken, steps = [] } = verdicts;
  const ofPass = authority.kind === 'pass' && steps.length > 0;
  const common = { tier, diagnostics, broken };
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
      ...defined({ authorisation, command: ofPass ? printCommand(steps) : undefined }),
    },
    impact,
  );
}

/** Computed on demand: following the edges is slow, and hosts do not show them. */
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
 * What the owner may allow: writes out of scope; with a person present, also paths outside the
 * workspace, unknown or unreadable commands, and destinations that are not listed.
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
    return { code: 'owner', message: `the owner may do this${noteOn(about)}` };
  }
  if (action.kind === 'send')
    return {
      code: 'allowed',
      message: `${about.authorisation ?? ''} of orchestration-os/OPS-DESTINATIONS.md allows it`,
    };
  if (about.authorisation !== undefined)
    return {
      code: 'pre-approved',
      message: `out of scope, but ${about.authorisation} allows it`,
    };
  return {
    code: 'allowed',
    message:
      about.paths.length === 0
        ? `${action.kind === 'exec' ? 'the command writes nothing' : 'nothing is written'}`
        : `${about.paths.slice(0, 5).join(', ')} may be written`,
  };
}

function noteOn({ tier, paths }: { tier: Tier | undefined; paths: readonly string[] }): string {
  if (tier === 'PROTECTED')
    return `; it is protected, so sign it afterwards: nocturne sign ${paths.join(' ')}`;
  return tier === 'APPEND' ? '; it is a chained log, so Nocturne will report a change by hand' : '';
}
