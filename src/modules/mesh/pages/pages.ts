/** The page of the mesh in the dashboard, and what its forms do. */
import { NocturneError } from '../../../kernel/error.js';
import type { DashboardAction, DashboardPage, Form } from '../../../passes/dashboard-page.js';
import { STATES_FILE } from '../node/seen.js';
import { PERMISSIONS } from '../settings.js';

export const MESH_PAGES: readonly DashboardPage[] = [
  {
    path: '/mesh',
    nav: { label: 'Mesh', order: 85 },
    besides: [STATES_FILE],
    load: async () => (await import('./mesh-board.js')).meshBoard,
  },
];

export const MESH_ACTIONS: readonly DashboardAction[] = [
  ...(['cancel', 'retry'] as const).map(
    (word): DashboardAction => ({
      name: `mesh-${word}`,
      command: `mesh ${word}`,
      parsed: (form) => ({ args: [named(form, 'task')] }),
    }),
  ),
  {
    name: 'mesh-propose',
    command: 'mesh propose',
    parsed: (form) => ({
      args: [named(form, 'project'), named(form, 'title')],
      options: Object.fromEntries(
        PROPOSED.flatMap((field) => {
          const text = (form[field] ?? '').trim();
          return text === '' ? [] : [[field, text]];
        }),
      ),
    }),
  },
  {
    name: 'mesh-allow',
    command: 'mesh allow',
    previews: true,
    parsed: (form) => {
      const words = PERMISSIONS.filter((word) => form[word] !== undefined);
      const tools = (form['tools'] ?? '').trim();
      return {
        args: [named(form, 'node'), ...words],
        options: words.length === 0 ? { nothing: true, yes: true } : { tools, yes: true },
      };
    },
  },
];

const PROPOSED = ['objective', 'writes', 'tags', 'priority'] as const;

function named(form: Form, field: 'node' | 'task' | 'project' | 'title'): string {
  const name = form[field] ?? '';
  if (name !== '') return name;
  throw new NocturneError('USAGE', `the form names no ${field}`);
}
