/** T2.7: what the pass intends to write is compared with the project's scope; anything beyond it needs a pre-approval. */
import { fieldList, fieldText } from '../project/field-text.js';
import { globCovers } from '../kernel/glob-cover.js';
import { authorise, nextInvocation, type Permission } from '../governance/preapproval.js';
import { EXIT } from '../kernel/error.js';
import { routeOf } from '../registry/route.js';
import type { Snapshot } from '../workspace/types.js';
import { note, runBundle } from './act.js';
import { phaseOf } from './t4-brief.js';
import { type Halt, type Pass, type Step, withData } from './types.js';

const DEFAULT_WRITES = ['outputs/**'];

export const t27Authority: Step = {
  id: 'T2.7',
  title: 'authority',
  run(pass) {
    const snapshot = pass.env.workspace.snapshot();
    const { project: slug } = pass.data;
    if (slug === undefined) {
      note(pass, 'T2.7', { type: 'authority', target: pass.data.idle?.tier ?? '', detail: (pass.data.idle?.writes ?? []).join(' ') });
      return withData(pass, { writes: pass.data.idle?.writes ?? [] });
    }
    const project = snapshot.record('PROJECT', slug);
    const phase = phaseOf(snapshot, slug, fieldText(project, 'phase.name'));
    const declared = fieldList(project, 'next_pass.writes');
    const writes = (declared.length === 0 ? DEFAULT_WRITES : declared).map((glob) => scoped(slug, glob));
    const beyond = writes.filter((glob) => !globCovers(`PROJECTS/${slug}/**`, glob));
    const tools = phase !== undefined && fieldList(phase, 'tools').length > 0 ? fieldList(phase, 'tools') : fieldList(project, 'next_pass.tools');
    const known = withData(pass, { writes, ...(tools.length === 0 ? {} : { tools }), phase: fieldText(project, 'phase.name'), phaseStarted: fieldText(project, 'phase.started') });
    if (beyond.length === 0) {
      note(pass, 'T2.7', { type: 'authority', target: slug, detail: writes.join(' ') });
      return known;
    }
    return askPermission(known, { snapshot, slug, beyond });
  },
};

/** A glob of the project's scope as a glob of the workspace; `../` climbs out of the project and needs a pre-approval, `/` means the workspace's root. */
function scoped(slug: string, glob: string): string {
  if (glob.startsWith('/')) return glob.slice(1);
  const parts = `PROJECTS/${slug}/${glob}`.split('/');
  const out: string[] = [];
  for (const part of parts) {
    if (part === '..') out.pop();
    else if (part !== '.') out.push(part);
  }
  return out.join('/');
}

function askPermission(pass: Pass, at: { snapshot: Snapshot; slug: string; beyond: readonly string[] }): Pass | Halt {
  const { snapshot, slug, beyond } = at;
  const permission = authorise(snapshot, { actionClass: 'file-write-extended', targets: beyond, project: slug, phase: pass.data.phase });
  recordUse(pass, { snapshot, permission, beyond });
  if (permission.allowed && permission.pa !== undefined) return withData(pass, { authorisations: [...pass.data.authorisations, permission.pa] });
  const why = permission.checks.filter((check) => !check.ok).map((check) => `${check.pa} ${check.check}: ${check.detail}`).join('; ');
  const tiers = beyond.map((glob) => `${glob} (${routeOf(snapshot.schema, glob).tier})`).join(', ');
  runBundle(pass, { step: 'T2.7', name: 'surface_escalation', args: { slug, reason: 'scope beyond the project', priority: 'high', question: `${slug} wants to write ${tiers}. No pre-approval allows it (${why}). Narrow next_pass.writes, or give a pre-approval; answer yes when done.` } });
  return { halt: true, outcome: `refused: ${slug} wants to write outside its project`, exit: EXIT.refused, data: { ...pass.data, refused: [...pass.data.refused, `scope ${beyond.join(' ')}: ${why}`] } };
}

/** Each use is logged, and each refusal of a pre-approval that is there. */
function recordUse(pass: Pass, at: { snapshot: Snapshot; permission: Permission; beyond: readonly string[] }): void {
  const pa = at.permission.pa ?? at.permission.checks.find((check) => check.pa !== '-')?.pa;
  if (pa === undefined) return;
  const result = at.permission.allowed ? 'authorised' : 'refused';
  const checks = (name: string): string => at.permission.checks.filter((check) => check.pa === pa && check.check === name).map((check) => `${check.ok ? 'ok' : 'no'}: ${check.detail}`).join('; ') || '-';
  const args = { id: nextInvocation(at.snapshot, pa), run_id: pass.data.runId, preapproval: pa, action_class: 'file-write-extended', target: at.beyond.join(' '), scope_check: checks('scope'), boundary_check: checks('boundary'), result };
  runBundle(pass, { step: 'T2.7', name: 'pa_invoke', args, target: at.beyond.join(' '), authorisation: pa, detail: result });
}
