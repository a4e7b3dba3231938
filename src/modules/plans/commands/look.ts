/** `plan list | show`. */
import { defined } from '../../../kernel/defined.js';
import { EXIT } from '../../../kernel/error.js';
import { textTable } from '../../../report/text-table.js';
import type { ModuleCommand } from '../../types.js';
import { plannedProjects, readPlan } from '../page/read-plan.js';
import { isOver } from '../engine/ready-steps.js';
import { estimatePlan } from '../template/estimate.js';
import { estimateFacts, estimateLines } from '../template/estimate-text.js';
import { mermaid } from './mermaid.js';
import { requirePlan } from './named-plan.js';
import { planFacts } from './plan-facts.js';
import { planTree } from './plan-tree.js';

const FORMATS = ['text', 'mermaid'];

export const planList: ModuleCommand = {
  summary: 'list the plans, with how far each is',
  forAgents: 'workspace',
  examples: ['nocturne plan list', 'nocturne plan list --json'],
  run(context) {
    const snapshot = context.workspace().snapshot();
    const plans = plannedProjects(snapshot).map((project) =>
      planFacts(readPlan(snapshot, project), project),
    );
    if (plans.length === 0)
      return {
        exit: EXIT.ok,
        text: 'There are no plans yet. A plan is a page of its project: nocturne plan new makes one.',
        json: { plans: [] },
      };
    const rows = plans.map(({ project, status, proved, open, problems, title }) => [
      project,
      problems.length > 0 ? context.paint.wrong('needs you') : status,
      `${proved} of ${proved + open}`,
      problems[0]?.message ?? title,
    ]);
    const head = ['project', 'status', 'proved', ''];
    return {
      exit: EXIT.ok,
      text: textTable({ head, width: context.width, rows }),
      json: { plans },
    };
  },
};

export const planShow: ModuleCommand = {
  summary: 'show one plan: its steps by wave, with the state of each',
  forAgents: 'workspace',
  args: '<project>',
  options: [{ flags: '--format <format>', description: 'the output format', choices: FORMATS }],
  examples: ['nocturne plan show inventory', 'nocturne plan show inventory --format mermaid'],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const project = args[0] ?? '';
    requirePlan(snapshot, project);
    const read = readPlan(snapshot, project);
    const facts = planFacts(read, project);
    const drawn = options['format'] === 'mermaid' ? read.plan : undefined;
    const tree = planTree(snapshot, read, { facts, paint: context.paint });
    // Of a plan that is over, nothing is left to be done.
    const open = read.plan === undefined || isOver(read.plan) ? undefined : read.plan;
    const estimate = open && estimatePlan(snapshot, open);
    const lines = estimate === undefined ? [] : estimateLines(snapshot, estimate);
    return {
      exit: EXIT.ok,
      ...defined({ raw: drawn === undefined ? undefined : mermaid(drawn) }),
      text: [tree, ...(lines.length === 0 ? [] : ['', ...lines])].join('\n'),
      json: {
        plan: facts,
        estimate: estimate === undefined ? null : estimateFacts(estimate),
      },
    };
  },
};
