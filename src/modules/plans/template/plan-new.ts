/** `plan new`: a draft of a plan, from a template or from the owner's answers. */
import { stamp } from '../../../kernel/clock.js';
import { fileRange } from '../../../kernel/diagnostic.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { rolePages } from '../../../project/rule-page/rule-page.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { planFacts } from '../commands/plan-facts.js';
import { planTree } from '../commands/plan-tree.js';
import { isOver } from '../engine/ready-steps.js';
import { newPlan } from '../engine/new-plan.js';
import { requirePlans } from '../log/plan-log.js';
import { planFile } from '../page/plan-page.js';
import { readPlan } from '../page/read-plan.js';
import { newPage } from '../page/write-page.js';
import { askForSteps, askForTemplate, askForValues, type Composed } from './ask-for-plan.js';
import { checkSteps } from './check-steps.js';
import { filesOf, refuse, templateIds, templateOf } from './installed-templates.js';
import { instantiate, type PlanDraft } from './instantiate.js';
import { missingFor } from './missing-for.js';
import type { Template } from './read-template.js';
import type { Given } from './variable-values.js';

export const planNew: ModuleCommand = {
  summary: 'write a draft of a plan for a project, from a template or from your answers',
  forAgents: 'never',
  args: '<project>',
  options: [
    { flags: '--template <id>', description: 'a file of orchestration-os/plan-templates' },
    { flags: '--context <text>', description: 'what it is about: {{context}} of the template' },
    { flags: '--set <values...>', description: 'variables of the template, each as name=value' },
    { flags: '--replace', description: 'write over a plan that is a draft or over' },
    { flags: '--dry-run', description: 'show the page, and write nothing' },
  ],
  examples: [
    'nocturne plan new shop --template team-feature --context "Sort orders by date" --dry-run',
    'nocturne plan new bees --template overnight-research --context "Do bees sleep?" --set aspects="what is known, who disputes it"',
    'nocturne plan new shop',
  ],
  async run(context, { args: [project = ''], options }) {
    context.requireOwner('writing a plan');
    const snapshot = context.workspace().snapshot();
    requirePlans(snapshot);
    requireProject(snapshot, project);
    requireRoom(snapshot, project, options['replace'] === true);
    const draft = await draftOf(context, snapshot, { project, options });
    const time = stamp(snapshot.now);
    const page = newPage(newPlan({ project, ...draft }, time));
    if (options['dryRun'] === true)
      return { exit: EXIT.ok, text: page, json: { written: false, file: planFile(project), page } };
    const { ask } = context;
    const isAsked = ask !== undefined && options['template'] === undefined;
    if (isAsked && !(await ask.confirm(`${page}\nWrite this as ${planFile(project)}?`)))
      throw new NocturneError('USAGE', 'nothing was written');
    return write(context, project, page);
  },
};

async function draftOf(
  context: ModuleCommandContext,
  snapshot: Snapshot,
  { project, options }: { readonly project: string; readonly options: Parsed['options'] },
): Promise<PlanDraft> {
  const given = givenBy(options);
  const { ask } = context;
  const id = options['template'];
  if (typeof id === 'string') {
    const read = templateOf(snapshot, id);
    if (read.kind === 'problems') refuse(read.problems);
    return fromTemplate(snapshot, project, read.template, given);
  }
  if (ask === undefined)
    throw new NocturneError('USAGE', 'no template was named, and nobody can be asked', {
      hint: `--template with one of ${templateIds(snapshot).join(', ')}`,
    });
  const templates = templateIds(snapshot).flatMap((each) => {
    const read = templateOf(snapshot, each);
    return read.kind === 'template' ? [read.template] : [];
  });
  const template = await askForTemplate(ask, templates);
  if (template !== undefined)
    return fromTemplate(snapshot, project, template, await askForValues(ask, template, given));
  const roles = rolePages(snapshot).map(({ id: role }) => role);
  return fromAnswers(await askForSteps(ask, roles), project);
}

function fromTemplate(
  snapshot: Snapshot,
  project: string,
  template: Template,
  given: Given,
): PlanDraft {
  const made = instantiate(template, given, {
    templateOf: (id) => templateOf(snapshot, id),
    files: filesOf(snapshot, project),
  });
  return made.kind === 'plan' ? made.plan : refuse(made.problems);
}

function fromAnswers({ title, steps }: Composed, project: string): PlanDraft {
  const range = fileRange(planFile(project));
  const checked = checkSteps(steps.map((data) => ({ data, place: () => range })));
  if (checked.kind === 'problems') refuse(checked.problems);
  if (steps.length === 0) throw new NocturneError('USAGE', 'a plan has at least one step');
  const { definitions } = checked;
  return { template: '', title: title || project, policy: 'continue_best_effort', definitions };
}

/** @throws NocturneError `USAGE` */
function givenBy(options: Parsed['options']): Given {
  const set = options['set'];
  const pairs = (Array.isArray(set) ? set : []).map((text: unknown) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(String(text)) ?? [];
    if (name !== undefined && value !== undefined) return [name.trim(), value] as const;
    throw new NocturneError('USAGE', `--set ${String(text)} has no =`, {
      hint: '--set name=value',
    });
  });
  const context = options['context'];
  return {
    context: typeof context === 'string' ? context : undefined,
    vars: Object.fromEntries(pairs),
  };
}

function requireProject(snapshot: Snapshot, project: string): void {
  if (snapshot.record('DISPATCH', project) !== undefined) return;
  const projects = snapshot.records('DISPATCH').map(({ key }) => key);
  throw new NocturneError('NOT_FOUND', `there is no project "${project}"`, {
    file: 'ACTIVE-PROJECTS.md',
    hint: didYouMean(project, projects) ?? `nocturne project new ${project}`,
  });
}

/** @throws NocturneError `EXISTS` */
function requireRoom(snapshot: Snapshot, project: string, replaces: boolean): void {
  const file = planFile(project);
  const { plan } = readPlan(snapshot, project);
  const isActive = plan !== undefined && plan.status !== 'draft' && !isOver(plan);
  if (!snapshot.files.has(file) && !isActive) return;
  if (isActive)
    throw new NocturneError('EXISTS', `the plan of ${project} is ${plan.status}`, {
      file,
      hint: `nocturne plan abort ${project}, then run this with --replace`,
    });
  if (!replaces)
    throw new NocturneError('EXISTS', `${project} already has a plan`, {
      file,
      hint: 'add --replace to write over it; nocturne history keeps what it was',
    });
}

function write(context: ModuleCommandContext, project: string, page: string): CommandResult {
  const workspace = context.workspace();
  const { actor, runId } = context.acting();
  const path = planFile(project);
  workspace.commit(() => ({
    actor,
    runId,
    reason: `new plan ${project}`,
    changes: [{ kind: 'write', path, content: page }],
  }));
  const snapshot = workspace.snapshot();
  const read = readPlan(snapshot, project);
  const facts = planFacts(read, project);
  const missing = missingFor(snapshot, read.plan?.definitions ?? []);
  const text = [
    planTree(snapshot, read, { facts, paint: context.paint }),
    ...(missing.length === 0 ? [] : ['', 'Missing before it can run:']),
    ...missing.map((line) => `  ${line}`),
    '',
    `Read ${path}, change what you like, then run: nocturne plan approve ${project}`,
  ].join('\n');
  return {
    exit: EXIT.ok,
    text,
    json: { written: true, file: path, missing, plan: facts },
  };
}
