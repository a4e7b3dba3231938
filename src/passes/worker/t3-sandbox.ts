/**
 * T3, first half: the sandbox that the runner asks for is really there, or the pass goes on without
 * it and says so, or it does not begin.
 */
import type { SandboxSettings } from '../../agents/sandbox.js';
import { sandboxFor } from '../../agents/sandbox-for.js';
import { EXIT } from '../../kernel/error.js';
import { type BundleAct, bundleAct } from '../act.js';
import { needsCopy } from '../units/module-work.js';
import type { Budgeted, Chosen, Halt, Step } from '../types.js';

export const t3Sandbox: Step<Budgeted, Chosen> = {
  id: 'T3',
  title: 'sandbox',
  waits: true,
  async run(stage, { env }) {
    const decision = await sandboxFor(wanted(stage), env.env['PATH']);
    if (decision.kind === 'refused') return refuse(stage, decision);
    if (decision.kind === 'without')
      env.say(
        `     sandbox: ${decision.mode} is preferred, but ${decision.why}; this pass runs WITHOUT a sandbox`,
      );
    return { stage: { ...stage, sandbox: decision }, acts: [] };
  },
};

/** A copy of its own is only safe inside a sandbox. */
function wanted({ runner, unit }: Budgeted): SandboxSettings {
  const { sandbox } = runner;
  if (!needsCopy(unit)) return sandbox;
  const least = unit?.isForeign === true ? 'strict' : 'workspace';
  const mode = sandbox.mode === 'strict' ? sandbox.mode : least;
  return { ...sandbox, mode, policy: 'require' };
}

/** Before anything of the pass was started. The owner is told, as for a tool that is missing. */
function refuse(
  stage: Budgeted,
  { mode, why }: { readonly mode: string; readonly why: string },
): Halt {
  const { runner, project: slug } = stage;
  const reason = `sandbox-unavailable: the runner ${runner.name} requires the sandbox ${mode}, but ${why}`;
  const note = `${slug ?? 'the idle pass'} is blocked: ${reason}`;
  return {
    halt: true,
    outcome: `blocked: ${reason}`,
    exit: EXIT.findings,
    stage: { ...stage, notes: [...stage.notes, note] },
    acts: [
      bundleAct('T3', { ...questionOf(slug, { reason, runner: runner.name }), detail: reason }),
    ],
  };
}

function questionOf(
  slug: string | undefined,
  { reason, runner }: { readonly reason: string; readonly runner: string },
): BundleAct {
  const remedy =
    'Install bubblewrap or allow user namespaces (nocturne doctor shows what is missing), or set sandbox_policy to prefer';
  if (slug === undefined) {
    const question = `No idle pass can run: ${reason}. ${remedy}; answer yes when seen.`;
    return { name: 'incident_surface', args: { priority: 'high', question }, target: runner };
  }
  const question = `${slug} cannot continue: ${reason}. ${remedy}, and answer yes, or answer no to pause the project.`;
  return { name: 'route_block', args: { slug, reason, priority: 'high', question } };
}
