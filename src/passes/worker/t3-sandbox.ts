/**
 * T3, first half: the sandbox that the runner asks for is really there, or the pass goes on without
 * it and says so, or it does not begin.
 */
import { decideSandbox } from '../../agents/sandbox.js';
import { probeSandbox } from '../../agents/sandbox-probe.js';
import { NO_SANDBOX } from '../../agents/sandbox-settings.js';
import { EXIT } from '../../kernel/error.js';
import { runBundle } from '../act.js';
import { type Halt, type Pass, type Step, withData } from '../types.js';

export const t3Sandbox: Step = {
  id: 'T3',
  title: 'sandbox',
  async run(pass) {
    const settings = pass.data.runner?.sandbox ?? NO_SANDBOX;
    const decision =
      settings.mode === 'off'
        ? { kind: 'off' as const }
        : decideSandbox(settings, await probeSandbox(pass.env.env['PATH']));
    if (decision.kind === 'refused') return refuse(pass, decision);
    if (decision.kind === 'without')
      pass.env.say(
        `     sandbox: ${decision.mode} is preferred, but ${decision.why}; this pass runs WITHOUT a sandbox`,
      );
    return withData(pass, { sandbox: decision });
  },
};

/** Before anything of the pass was started. The owner is told, as for a tool that is missing. */
function refuse(pass: Pass, { mode, why }: { readonly mode: string; readonly why: string }): Halt {
  const runner = pass.data.runner?.name ?? '';
  const reason = `sandbox-unavailable: the runner ${runner} requires the sandbox ${mode}, but ${why}`;
  const remedy =
    'Install bubblewrap or allow user namespaces (nocturne doctor shows what is missing), or set sandbox_policy to prefer';
  const slug = pass.data.project;
  if (slug === undefined)
    runBundle(pass, {
      step: 'T3',
      name: 'incident_surface',
      args: {
        priority: 'high',
        question: `No idle pass can run: ${reason}. ${remedy}; answer yes when seen.`,
      },
      target: runner,
      detail: reason,
    });
  else
    runBundle(pass, {
      step: 'T3',
      name: 'route_block',
      args: {
        slug,
        reason,
        priority: 'high',
        question: `${slug} cannot go on: ${reason}. ${remedy}, and answer yes, or answer no to pause the project.`,
      },
      detail: reason,
    });
  return {
    halt: true,
    outcome: `blocked: ${reason}`,
    exit: EXIT.findings,
    data: {
      ...pass.data,
      notes: [...pass.data.notes, `${slug ?? 'the idle pass'} is blocked: ${reason}`],
    },
  };
}
