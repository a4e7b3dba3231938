/** T4, first half: the brief is composed from fragments with their sources. */
import { isOpenQuestion } from '../../project/question-state.js';
import { composePrompt } from '../../agents/compose-prompt.js';
import { sandboxText } from '../../agents/sandbox.js';
import type { Brief, Fragment } from '../../agents/types.js';
import { idleRules } from '../../governance/idle-work.js';
import { sameObjective } from '../../governance/project-state.js';
import type { Rec } from '../../markdown/types.js';
import { stamp } from '../../kernel/clock.js';
import { defined } from '../../kernel/defined.js';
import { dataFragment, placeOf } from './data-fragment.js';
import { claimProject } from '../../workspace/pass-lock.js';
import { type Act, deedOf, noteAct } from '../act.js';
import { showProject } from '../lock-page.js';
import type { Snapshot } from '../../workspace/types.js';
import { moduleFragments, unitStarted } from '../modules/module-hooks.js';
import { fieldInt, fieldList, fieldText } from '../../project/field-text.js';
import { ownerNumber } from '../../project/owner-number.js';
import { conflictFragments } from '../repository/bring-work-home.js';
import { goOn } from '../parking/go-on.js';
import { keepRunRecord } from '../run-record.js';
import type { Chosen, Composed, PassEnvironment, Step } from '../types.js';
import { hashesOf, matching } from '../units/unit-conditions.js';
import { unitFragments } from '../units/unit-fragments.js';
import { lastPassesFragment, outputsFragment, outputTexts } from './earlier-work.js';
import { type PresentState, presentState } from './present-state.js';
import { rememberedFragments } from './remembered.js';

const DEFAULT_CONTEXT = 40_000;
const IDLE_SECONDS = 300;
const CALLS_WITHOUT_PROGRESS = 10;
const MINUTES_WITHOUT_PROGRESS = 10;
/** The host started the agent. */
const NOTHING_ADDED = { fromModules: [], acts: [] };
const NO_CHANGE = { reason: 'unit claimed', changes: [], audit: [] };
const HOSTED =
  'whatever your host uses, because Nocturne did not start you. Where the hooks of Nocturne are installed in the host, they check each write; after the pass, Nocturne checks all of them';
/** How many records of each kind go into a brief. */
const SOME = 6;

/** Commits everything before the agent starts, so that the log shows what it was told. */
export const t4Brief: Step<Chosen, Composed> = {
  id: 'T4',
  title: 'compose the brief',
  async run(stage, { env, snapshot }) {
    // A module may record what it contributed, so it is asked before the baseline is taken.
    const { fromModules, acts } =
      stage.unit?.command === undefined
        ? await moduleFragments(env, stage, snapshot)
        : NOTHING_ADDED;
    const present = await presentState(env, stage, snapshot);
    const goesOn = goOn(env, stage, snapshot);
    const conflict = conflictFragments(env.workspace.state, stage);
    const added = [...goesOn.fragments, ...conflict, ...fromModules];
    const brief = briefOf(stage, snapshot, { fromModules: added, present });
    const { tokens, omitted, fragments, ...composed } = composePrompt(brief);
    for (const fragment of omitted)
      env.say(`     left out, because the prompt is full: ${fragment.source} (${fragment.how})`);
    const { prompt = composed.prompt } = goesOn;
    const resumed =
      goesOn.resumed?.kind === 'session'
        ? { ...goesOn.resumed, otherwise: composed.prompt }
        : goesOn.resumed;
    const sources = fragments.map((fragment) => fragment.source);
    const next = { ...stage, brief, prompt, sources, ...defined({ resumed }) };
    const sha256 = keepRunRecord(env.workspace.state, next);
    const told = {
      type: 'brief',
      target: stage.subject,
      detail: `sha256:${sha256}, about ${tokens} tokens`,
    };
    return {
      stage: next,
      acts: [
        ...projectClaim(env, stage),
        ...unitClaim(env, stage),
        ...sandboxRow(stage),
        ...acts,
        ...goesOn.acts,
        noteAct('T4', told),
      ],
    };
  },
};

/** The lock and LOCK.md name the project from the same commit on, and the lock the tier. */
function projectClaim(
  { workspace }: PassEnvironment,
  { runId, fence, project = '', unit, tier }: Chosen,
): readonly Act[] {
  const { root, clock } = workspace;
  return [
    (view) => {
      const work = { project, tier: tier.name, ...defined({ unit: unit?.id }) };
      const { expiresAt } = claimProject(root, fence, { ...work, clock });
      const shown = {
        runId,
        project: unit?.id ?? project,
        expiresAt: stamp(new Date(expiresAt)),
      };
      const bundles = project === '' ? [] : showProject(view, shown);
      return deedOf(view, { reason: 'project claimed', bundles, changes: [], audit: [] });
    },
  ];
}

/** Its module knows from the same commit on that a pass has it. */
function unitClaim(env: PassEnvironment, { unit, runId }: Chosen): readonly Act[] {
  if (unit === undefined) return [];
  return [
    (view) => {
      const consumed = hashesOf(view, matching(view, unit.consumes));
      return unitStarted(env, unit, { snapshot: view, runId, consumed }) ?? NO_CHANGE;
    },
  ];
}

/** Without a sandbox there is no row. */
function sandboxRow({ sandbox, runner, driver }: Chosen): readonly Act[] {
  if (sandbox.kind === 'off') return [];
  const detail =
    driver === 'host' ? `around checks and probes only: ${HOSTED}` : sandboxText(sandbox);
  return [
    noteAct('T4', {
      type: 'sandbox',
      target: sandbox.mode,
      result: sandbox.kind === 'on' ? 'ok' : 'failed',
      detail: `${runner.name}: ${detail}`,
    }),
  ];
}

type Known = { readonly fromModules: readonly Fragment[]; readonly present: PresentState };

function briefOf(stage: Chosen, snapshot: Snapshot, { fromModules, present }: Known): Brief {
  const { project: slug, tier, unit } = stage;
  const project = slug === undefined ? undefined : snapshot.record('PROJECT', slug);
  const isProgram = unit?.command !== undefined;
  const isForeign = unit?.isForeign === true;
  return {
    runId: stage.runId,
    token: stage.token,
    role: stage.request.role,
    project: stage.subject,
    objective: stage.objective,
    fragments: [
      ...alwaysTold(snapshot),
      ...projectFragments(stage, project),
      ...idleFragments(stage),
      ...(unit === undefined ? [] : unitFragments(unit, snapshot)),
      ...workFragments(stage, snapshot, present),
      ...(isForeign ? [] : answerFragments(snapshot, slug)),
      ...fromModules,
      ...(unit === undefined ? outputTexts(snapshot, fieldList(project, 'last_pass.outputs')) : []),
      ...(isForeign ? [] : rememberedFragments(snapshot, workOf(stage, project, present))),
    ],
    mayWrite: stage.writes,
    mustNot: [
      'anything else, in the workspace or outside it',
      'files written in an earlier phase',
      'protected files, logs, REGISTRY.md, LOCK.md, LONGRUNNER.md',
    ],
    budget: {
      maxMinutes: tier.maxMinutes,
      maxTokens: tier.maxTokens,
      maxCost: tier.maxCost,
      // A program that works need not print.
      idleSeconds: isProgram ? tier.maxMinutes * 60 : IDLE_SECONDS,
      patience: {
        calls: ownerNumber(snapshot, 'calls_without_progress', CALLS_WITHOUT_PROGRESS),
        minutes: isProgram
          ? tier.maxMinutes
          : ownerNumber(snapshot, 'minutes_without_progress', MINUTES_WITHOUT_PROGRESS),
      },
      contextBudget: fieldInt(project, 'next_pass.context_budget') ?? DEFAULT_CONTEXT,
    },
    ...present,
    programs: stage.tools ?? snapshot.records('TOOL-RULE').map((rule) => rule.key),
    sandbox: stage.driver === 'host' ? HOSTED : sandboxText(stage.sandbox),
  };
}

function wholeFile(
  snapshot: Snapshot,
  source: { readonly title: string; readonly path: string; readonly trust: Fragment['trust'] },
): readonly Fragment[] {
  const { title, path, trust } = source;
  const text = snapshot.text(path);
  return text === undefined || text.trim() === ''
    ? []
    : [{ title, source: path, sha256: snapshot.hash(path) ?? '', text, trust }];
}

function alwaysTold(snapshot: Snapshot): readonly Fragment[] {
  return [
    { title: 'Hard lines', path: 'orchestration-os/CRON-HARDLINES.md' },
    { title: 'Who you are and what you never do', path: 'SOUL.md' },
  ].flatMap((file) => wholeFile(snapshot, { ...file, trust: 'instruction' }));
}

function projectFragments(
  { objective, unit }: Chosen,
  project: Rec | undefined,
): readonly Fragment[] {
  if (project === undefined) return [];
  const mission = `Mission: ${fieldText(project, 'mission')}`;
  if (unit !== undefined) return [dataFragment('The project', project.file, mission)];
  const purpose = fieldText(project, 'phase.objective');
  const phase = `Phase ${fieldText(project, 'phase.name')}`;
  const grade = fieldText(project, 'last_pass.quality');
  // Those of other grades are in the lines about the last passes.
  const why = ['STRONG', 'ADEQUATE'].includes(grade) ? fieldText(project, 'last_pass.why') : '';
  const lines = [
    mission,
    sameObjective(purpose, objective) ? phase : `${phase}: ${purpose}`,
    ...(why === '' ? [] : [`Why the last pass was ${grade}: ${why}`]),
  ];
  return [dataFragment('The project', project.file, lines.join('\n'))];
}

function idleFragments({ idle }: Chosen): readonly Fragment[] {
  return idle === undefined
    ? []
    : [dataFragment('How to do it', 'orchestration-os/OPS-IDLE-CYCLE.md', idleRules(idle))];
}

function answerFragments(snapshot: Snapshot, slug: string | undefined): readonly Fragment[] {
  const ofProject = (record: Rec): boolean =>
    fieldText(record, 'project') === slug && fieldText(record, 'answer') !== '';
  return [
    ...snapshot.records('NOTIFICATION-ARCHIVE').filter(ofProject),
    ...snapshot
      .records('NOTIFICATION')
      .filter((record) => ofProject(record) && !isOpenQuestion(snapshot, record)),
  ]
    .slice(-SOME)
    .map((record) =>
      dataFragment(
        'The owner answered a question',
        placeOf(record),
        `Asked: ${fieldText(record, 'action_needed')}\nAnswer: ${fieldText(record, 'answer')}`,
      ),
    );
}

/** How the last passes ended, and what there is. */
function workFragments(
  { project, unit, writes, objective }: Chosen,
  snapshot: Snapshot,
  { criteria, stopCondition }: PresentState,
): readonly Fragment[] {
  if (project === undefined) return [];
  return [
    ...(unit === undefined ? lastPassesFragment(snapshot, project, objective) : []),
    ...outputsFragment(snapshot, { project, writes }, [...criteria, ...stopCondition]),
  ];
}

/** The words by which lessons and failure modes are chosen. */
function workOf({ objective }: Chosen, project: Rec | undefined, present: PresentState): string {
  const fields = ['mission', 'phase.objective', 'last_pass.why'];
  const tests = [...present.criteria, ...present.stopCondition];
  return [
    objective,
    ...fields.map((field) => fieldText(project, field)),
    ...tests.map(({ assertion }) => assertion),
  ].join('\n');
}
