/** What the forms of the project pages do. Each shows its difference first. */
import { NocturneError } from '../../../../kernel/error.js';
import type { DashboardAction, Form } from '../../../../passes/dashboard-page.js';
import { OWNER_MOVES } from './moves.js';

export const PROJECT_ACTIONS: readonly DashboardAction[] = [
  ...[...OWNER_MOVES, { action: 'project-focus', command: 'project focus' }].map(
    ({ action, command }): DashboardAction => ({
      name: action,
      command,
      previews: true,
      parsed: (form) => ({ args: [slugIn(form)] }),
    }),
  ),
  {
    name: 'project-priority',
    command: 'set',
    previews: true,
    parsed: (form) => ({
      args: [`DISPATCH[${slugIn(form)}].priority`, form['number'] ?? ''],
      options: { reason: 'the owner set the priority' },
    }),
  },
  {
    name: 'project-next',
    command: 'set',
    previews: true,
    parsed: (form) => ({
      args: [`PROJECT[${slugIn(form)}].next_pass.objective`, textIn(form)],
      options: { reason: 'the owner set the objective' },
    }),
  },
  {
    name: 'phase-objective',
    command: 'phase edit',
    previews: true,
    parsed: (form) => ({
      args: [slugIn(form), form['phase'] ?? ''],
      options: { objective: textIn(form) },
    }),
  },
];

function slugIn({ slug = '' }: Form): string {
  if (slug !== '') return slug;
  throw new NocturneError('USAGE', 'the form names no project');
}

/** In one line: an objective is one sentence. */
function textIn({ text = '' }: Form): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line !== '') return line;
  throw new NocturneError('USAGE', 'the form has no text', { hint: 'write what is to be done' });
}
