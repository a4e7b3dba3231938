/**
 * Shows the brief of the running pass; without a pass, the state of the workspace and how to begin.
 */
import { z } from 'zod';
import { dispatch } from '../governance/dispatch.js';
import { fieldInt, fieldText } from '../project/field-text.js';
import { livePasses } from '../workspace/pass-lock.js';
import type { Workspace } from '../workspace/types.js';
import { type ToolAnswer, tool } from './tool.js';
import type { ToolPass } from './tool-context.js';

export const briefTool = tool({
  name: 'brief',
  description:
    'The brief of the running pass: objective, what it may write, limits. Without a pass: the projects, and how to begin.',
  args: z.strictObject({}),
  need: 'open',
  doors: ['mcp', 'command line'],
  readOnly: true,
  structured: false,
  ofPass: true,
  run: ({ workspace, pass, why }) =>
    pass === undefined ? ofWorkspace(workspace, why) : ofPass(pass),
});

function ofPass({ runId, project, brief, prompt }: ToolPass): ToolAnswer {
  return {
    text: prompt,
    data: {
      run: { id: runId, project: project ?? null },
      prompt,
      mayWrite: brief.mayWrite,
      budget: brief.budget,
    },
  };
}

function ofWorkspace(workspace: Workspace, why: string | undefined): ToolAnswer {
  const snapshot = workspace.snapshot();
  const running = livePasses(workspace.root, workspace.clock).map(({ runId }) => runId);
  const { chosen } = dispatch(snapshot);
  const projects = snapshot.records('DISPATCH').map((row) => ({
    slug: fieldText(row, 'slug'),
    priority: fieldInt(row, 'priority') ?? null,
    status: fieldText(row, 'status'),
    phase: fieldText(row, 'phase'),
    waits: fieldText(row, 'escalation') !== '',
  }));
  const lines = [
    `You have no pass${why === undefined ? '' : `: ${why}`}. Everything here is read-only for you.`,
    running.length === 0 ? 'No pass is running.' : `Running: ${running.join(', ')}.`,
    '',
    ...(projects.length === 0
      ? ['There is no project yet.']
      : [
          '| priority | project | status | phase | |',
          '|---|---|---|---|---|',
          ...projects.map(
            (project) =>
              `| ${project.priority ?? ''} | ${project.slug} | ${project.status} | ${project.phase} | ${project.waits ? 'waits for the owner' : ''} |`,
          ),
        ]),
    '',
    chosen === undefined
      ? 'No project can go on without the owner.'
      : `Next: ${chosen.slug} (${chosen.why}).`,
    'To begin: nocturne pass begin --role worker. It prints the brief and the token of the pass.',
  ];
  return {
    text: lines.join('\n'),
    data: { run: null, running, projects, next: chosen?.slug ?? null },
  };
}
