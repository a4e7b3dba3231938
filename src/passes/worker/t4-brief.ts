/** T4, first half: the brief is composed from fragments with their sources. */
import { composePrompt } from '../../agents/compose-prompt.js';
import { sandboxText } from '../../agents/sandbox.js';
import type { Brief, Fragment } from '../../agents/types.js';
import { sha256 } from '../../kernel/hash.js';
import { idleRules, idleTest } from '../../governance/idle-work.js';
import type { Rec } from '../../markdown/types.js';
import { stamp } from '../../kernel/clock.js';
import { claimProject } from '../../workspace/pass-lock.js';
import { type Act, deedOf, noteAct } from '../act.js';
import { showProject } from '../lock-page.js';
import type { Snapshot } from '../../workspace/types.js';
import { moduleFragments } from '../modules/module-hooks.js';
import { fieldInt, fieldList, fieldText } from '../../project/field-text.js';
import { stopConditionOf } from '../../project/condition-source.js';
import type { Chosen, Composed, PassEnvironment, Step } from '../types.js';

const DEFAULT_CONTEXT = 40_000;
const IDLE_SECONDS = 300;
/** The host started the agent. */
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
    const { fromModules, acts } = await moduleFragments(env, stage, snapshot);
    const brief = briefOf(stage, snapshot, fromModules);
    const { prompt, omitted, fragments } = composePrompt(brief);
    for (const fragment of omitted)
      env.say(`     left out, because the prompt is full: ${fragment.source} (${fragment.how})`);
    return {
      stage: { ...stage, brief, prompt, sources: fragments.map((fragment) => fragment.source) },
      acts: [...projectClaim(env, stage), ...sandboxRow(stage), ...acts],
    };
  },
};

/** The lock and LOCK.md name the project from the same commit on. */
function projectClaim(
  { workspace }: PassEnvironment,
  { runId, fence, project }: Chosen,
): readonly Act[] {
  if (project === undefined) return [];
  const { root, clock } = workspace;
  return [
    (view) => {
      const { expiresAt } = claimProject(root, fence, { project, clock });
      const shown = { runId, project, expiresAt: stamp(new Date(expiresAt)) };
      const bundles = showProject(view, shown);
      return deedOf(view, { reason: 'project claimed', bundles, changes: [], audit: [] });
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

function briefOf(stage: Chosen, snapshot: Snapshot, fromModules: readonly Fragment[]): Brief {
  const { project: slug, tier } = stage;
  const project = slug === undefined ? undefined : snapshot.record('PROJECT', slug);
  const stop = slug === undefined ? [] : stopConditionOf(snapshot, slug).assertions;
  return {
    runId: stage.runId,
    token: stage.token,
    role: stage.request.role,
    project: stage.subject,
    objective: stage.objective,
    fragments: [
      ...alwaysTold(snapshot),
      ...projectFragments(project),
      ...idleFragments(stage),
      ...answerFragments(snapshot, slug),
      ...fromModules,
      ...rememberedFragments(snapshot, { project, slug }),
    ],
    mayWrite: stage.writes,
    mustNot: [
      'anything else in the workspace, and nothing outside it',
      'files written in an earlier phase',
      'protected files, logs, REGISTRY.md, LOCK.md, LONGRUNNER.md',
    ],
    budget: {
      maxMinutes: tier.maxMinutes,
      maxTokens: tier.maxTokens,
      maxCost: tier.maxCost,
      idleSeconds: IDLE_SECONDS,
      contextBudget: fieldInt(project, 'next_pass.context_budget') ?? DEFAULT_CONTEXT,
    },
    stopCondition:
      stage.idle === undefined ? stop.map((assertion) => assertion.text) : [idleTest(stage.idle)],
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

function projectFragments(project: Rec | undefined): readonly Fragment[] {
  if (project === undefined) return [];
  const grade = fieldText(project, 'last_pass.quality') || 'none yet';
  return [
    part(
      'The project',
      project.file,
      `Mission: ${fieldText(project, 'mission')}\nPhase ${fieldText(project, 'phase.name')}: ${fieldText(project, 'phase.objective')}\nLast pass (${grade}): ${fieldText(project, 'last_pass.objective')}`,
    ),
  ];
}

function idleFragments({ idle }: Chosen): readonly Fragment[] {
  return idle === undefined
    ? []
    : [part('How to do it', 'orchestration-os/OPS-IDLE-CYCLE.md', idleRules(idle))];
}

function answerFragments(snapshot: Snapshot, slug: string | undefined): readonly Fragment[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => fieldText(record, 'project') === slug && fieldText(record, 'answer') !== '')
    .slice(-SOME)
    .map((record) =>
      part(
        'The owner answered a question',
        placeOf(record),
        `Asked: ${fieldText(record, 'action_needed')}\nAnswer: ${fieldText(record, 'answer')}`,
      ),
    );
}

/** Earlier outputs, failure modes, lessons, and what earlier passes noted. */
function rememberedFragments(
  snapshot: Snapshot,
  { project, slug }: { readonly project: Rec | undefined; readonly slug: string | undefined },
): readonly Fragment[] {
  const outputs = fieldList(project, 'last_pass.outputs').flatMap((path) =>
    wholeFile(snapshot, { title: 'An earlier output', path, trust: 'data' }),
  );
  const modes = snapshot
    .records('FAILURE-MODE')
    .filter((record) => fieldText(record, 'status') === 'open')
    .slice(0, SOME)
    .map((record) =>
      part(
        'A known way to fail',
        placeOf(record),
        `${fieldText(record, 'symptom')}\nPrevention: ${fieldText(record, 'prevention')}`,
      ),
    );
  const lessons = snapshot
    .records('LESSON')
    .slice(-SOME)
    .map((record) => part('A lesson', placeOf(record), fieldText(record, 'observation')));
  const noted = snapshot
    .records('MEMORY')
    .filter((record) => fieldText(record, 'project') === slug)
    .slice(-SOME)
    .map((record) =>
      part(
        'What an earlier pass noted',
        placeOf(record),
        `${fieldText(record, 'result')}\nNext: ${fieldText(record, 'next')}`,
      ),
    );
  return [...outputs, ...modes, ...lessons, ...noted];
}

function placeOf(record: Rec): string {
  return `${record.file}#${record.key}`;
}

function part(title: string, source: string, content: string): Fragment {
  return { title, source, sha256: sha256(content), text: content, trust: 'data' };
}
