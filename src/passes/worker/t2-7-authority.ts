/**
 * T2.7: what the pass intends to write is compared with the project's scope; anything beyond it
 * needs a pre-approval.
 */
import { globCovers } from '../../kernel/glob-cover.js';
import { authorise, nextInvocation, type Permission } from '../../governance/preapproval.js';
import { EXIT } from '../../kernel/error.js';
import { routeOf } from '../../registry/route.js';
import type { Snapshot } from '../../workspace/types.js';
import { note, runBundle } from '../act.js';
import { projectScope } from '../project-scope.js';
import { type Halt, type Pass, type Step, withData } from '../types.js';

export const t27Authority: Step = {
  id: 'T2.7',
  title: 'authority',
  run(pass) {
    const snapshot = pass.env.workspace.snapshot();
    const { project: slug } = pass.data;
    if (slug === undefined) {
      note(pass, 'T2.7', {
        type: 'authority',
        target: pass.data.idle?.tier ?? '',
        detail: (pass.data.idle?.writes ?? []).join(' '),
      });
      return withData(pass, { writes: pass.data.idle?.writes ?? [] });
    }
    const scope = projectScope(snapshot, slug);
    const { writes } = scope;
    const beyond = writes.filter((glob) => !globCovers(`PROJECTS/${slug}/**`, glob));
    const known = withData(pass, scope);
    if (beyond.length === 0) {
      note(pass, 'T2.7', { type: 'authority', target: slug, detail: writes.join(' ') });
      return known;
    }
    return askPermission(known, { snapshot, slug, beyond });
  },
};

function askPermission(
  pass: Pass,
  at: { snapshot: Snapshot; slug: string; beyond: readonly string[] },
): Pass | Halt {
  const { snapshot, slug, beyond } = at;
  const permission = authorise(snapshot, {
    actionClass: 'file-write-extended',
    targets: beyond,
    project: slug,
    phase: pass.data.phase,
  });
  recordUse(pass, { snapshot, permission, beyond });
  if (permission.allowed && permission.pa !== undefined)
    return withData(pass, { authorisations: [...pass.data.authorisations, permission.pa] });
  const why = permission.checks
    .filter((check) => !check.ok)
    .map((check) => `${check.pa} ${check.check}: ${check.detail}`)
    .join('; ');
  const tiers = beyond.map((glob) => `${glob} (${routeOf(snapshot.schema, glob).tier})`).join(', ');
  runBundle(pass, {
    step: 'T2.7',
    name: 'surface_escalation',
    args: {
      slug,
      reason: 'scope beyond the project',
      priority: 'high',
      question: `${slug} wants to write ${tiers}. No pre-approval allows it (${why}). Narrow next_pass.writes, or give a pre-approval; answer yes when done, no to pause it.`,
    },
  });
  return {
    halt: true,
    outcome: `refused: ${slug} wants to write outside its project`,
    exit: EXIT.refused,
    data: { ...pass.data, refused: [...pass.data.refused, `scope ${beyond.join(' ')}: ${why}`] },
  };
}

/** Each use is logged, and each refusal of a pre-approval that is there. */
function recordUse(
  pass: Pass,
  at: { snapshot: Snapshot; permission: Permission; beyond: readonly string[] },
): void {
  const pa = at.permission.pa ?? at.permission.checks.find((check) => check.pa !== '-')?.pa;
  if (pa === undefined) return;
  const result = at.permission.allowed ? 'authorised' : 'refused';
  const checks = (name: string): string =>
    at.permission.checks
      .filter((check) => check.pa === pa && check.check === name)
      .map((check) => `${check.ok ? 'ok' : 'no'}: ${check.detail}`)
      .join('; ') || '-';
  const args = {
    id: nextInvocation(at.snapshot, pa),
    run_id: pass.data.runId,
    preapproval: pa,
    action_class: 'file-write-extended',
    target: at.beyond.join(' '),
    scope_check: checks('scope'),
    boundary_check: checks('boundary'),
    result,
  };
  runBundle(pass, {
    step: 'T2.7',
    name: 'pa_invoke',
    args,
    target: at.beyond.join(' '),
    authorisation: pa,
    detail: result,
  });
}
