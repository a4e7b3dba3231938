/**
 * T1.5: nothing can move. The first idle tier that finds something gets this pass; none means that
 * there is nothing to do.
 */
import { idle } from '../../governance/idle.js';
import { EXIT } from '../../kernel/error.js';
import { validateSnapshot } from '../../validate/validate-snapshot.js';
import { note } from '../act.js';
import { type Halt, type Pass, type Step, withData } from '../types.js';

export const t15Idle: Step = {
  id: 'T1.5',
  title: 'idle tiers',
  async run(pass) {
    if (pass.data.project !== undefined) return pass;
    if (pass.data.request.project !== undefined)
      return nothing(pass, `${pass.data.request.project} cannot be worked on now`);
    const snapshot = pass.env.workspace.snapshot();
    const { choice, considered } = idle(
      snapshot,
      await validateSnapshot(snapshot, {
        home: pass.env.workspace.home,
        modules: pass.env.modules.map((module) => module.name),
      }),
    );
    if (choice === undefined)
      return nothing(pass, considered.map((one) => `${one.tier}: ${one.why}`).join('; '));
    pass.env.say(`     idle: ${choice.tier} (${choice.why})`);
    note(pass, 'T1.5', {
      type: 'idle',
      target: choice.tier,
      authorisation: choice.authorisation ?? '',
      detail: choice.why,
    });
    return withData(pass, {
      idle: { tier: choice.tier, objective: choice.objective, writes: choice.writes },
    });
  },
};

function nothing(pass: Pass, why: string): Halt {
  note(pass, 'T1.5', { type: 'idle', result: 'skipped', detail: why });
  return { halt: true, outcome: 'nothing to do', exit: EXIT.ok, data: pass.data };
}
