/**
 * T4, first half: the tree is snapshotted, and the brief is composed from fragments with their
 * sources.
 */
import { composePrompt } from '../../agents/compose-prompt.js';
import { sandboxText } from '../../agents/sandbox.js';
import type { Brief, Fragment } from '../../agents/types.js';
import { sha256 } from '../../kernel/hash.js';
import type { Rec } from '../../markdown/types.js';
import { note } from '../act.js';
import { openCommitRecord } from '../../workspace/commit-record.js';
import type { Snapshot } from '../../workspace/types.js';
import { moduleFragments } from '../modules/module-hooks.js';
import { storePass } from '../pass-file.js';
import { fieldInt, fieldList, fieldText } from '../../project/field-text.js';
import { stopConditionOf } from '../../project/condition-source.js';
import { baselineOf } from '../settlement/baseline.js';
import { type Pass, type Step, withData } from '../types.js';

const DEFAULT_CONTEXT = 40_000;
const IDLE_SECONDS = 300;
/** The host started the agent. */
const HOSTED =
  'whatever your host has put you in: nocturne did not start you. Writes are judged by the hooks of the host where they are installed, and all of them after the pass';
/** How many of each kind of remembered thing go into a brief. */
const SOME = 6;

export const t4Brief: Step = {
  id: 'T4',
  title: 'compose the brief',
  async run(pass) {
    const { workspace } = pass.env;
    recordSandbox(pass);
    // They may write down that they told it, so they are asked before the tree is kept.
    const told = await moduleFragments(pass);
    const snapshot = workspace.snapshot();
    const brief = briefOf(pass, snapshot, told);
    const { prompt, omitted, fragments } = composePrompt(brief);
    for (const one of omitted)
      pass.env.say(`     left out for want of room: ${one.source} (${one.how})`);
    const baseline = baselineOf(workspace, snapshot);
    openCommitRecord(workspace.state);
    const ready = withData(pass, {
      brief,
      prompt,
      sources: fragments.map((one) => one.source),
      baseline,
    });
    storePass(workspace.state, ready.data, false);
    return ready;
  },
};

/** Nothing is said of a sandbox that nobody asked for. */
function recordSandbox(pass: Pass): void {
  const { sandbox, runner } = pass.data;
  if (sandbox === undefined || sandbox.kind === 'off') return;
  const detail =
    pass.data.driver === 'host' ? `around checks and probes only: ${HOSTED}` : sandboxText(sandbox);
  note(pass, 'T4', {
    type: 'sandbox',
    target: sandbox.mode,
    result: sandbox.kind === 'on' ? 'ok' : 'failed',
    detail: `${runner?.name ?? ''}: ${detail}`,
  });
}

function briefOf(pass: Pass, snapshot: Snapshot, told: readonly Fragment[]): Brief {
  const { data } = pass;
  const project = data.project === undefined ? undefined : snapshot.record('PROJECT', data.project);
  const stop = data.project === undefined ? [] : stopConditionOf(snapshot, data.project).assertions;
  return {
    runId: data.runId,
    token: data.token,
    role: data.request.role,
    project: data.project ?? data.idle?.tier ?? data.request.role,
    objective: data.objective ?? data.idle?.objective ?? '',
    fragments: fragmentsOf(pass, { snapshot, project, told }),
    mayWrite: data.writes,
    mustNot: [
      'anything else in the workspace, and nothing outside it',
      'files written in an earlier phase',
      'protected files, logs, REGISTRY.md, LOCK.md, LONGRUNNER.md',
    ],
    budget: {
      maxMinutes: data.tier?.maxMinutes ?? 30,
      maxTokens: data.tier?.maxTokens,
      maxCost: data.tier?.maxCost,
      idleSeconds: IDLE_SECONDS,
      contextBudget: fieldInt(project, 'next_pass.context_budget') ?? DEFAULT_CONTEXT,
    },
    stopCondition: stop.map((assertion) => assertion.text),
    sandbox: data.driver === 'host' ? HOSTED : sandboxText(data.sandbox ?? { kind: 'off' }),
  };
}

function fragmentsOf(
  pass: Pass,
  at: { snapshot: Snapshot; project: Rec | undefined; told: readonly Fragment[] },
): readonly Fragment[] {
  const { snapshot, project } = at;
  const fragments: Fragment[] = [];
  const whole = (title: string, path: string, trust: Fragment['trust']): void => {
    const content = snapshot.text(path);
    if (content !== undefined && content.trim() !== '')
      fragments.push({
        title,
        source: path,
        sha256: snapshot.hash(path) ?? '',
        text: content,
        trust,
      });
  };
  whole('Hard lines', 'orchestration-os/CRON-HARDLINES.md', 'instruction');
  whole('Who you are and what you never do', 'SOUL.md', 'instruction');
  if (project !== undefined)
    fragments.push(
      part(
        'The project',
        project.file,
        `Mission: ${fieldText(project, 'mission')}\nPhase ${fieldText(project, 'phase.name')}: ${fieldText(project, 'phase.objective')}\nLast pass (${fieldText(project, 'last_pass.quality') || 'none yet'}): ${fieldText(project, 'last_pass.objective')}`,
      ),
    );
  const answers = snapshot
    .records('NOTIFICATION')
    .filter(
      (record) =>
        fieldText(record, 'project') === pass.data.project && fieldText(record, 'answer') !== '',
    );
  for (const record of answers.slice(-SOME))
    fragments.push(
      part(
        'An answer of the owner',
        `${record.file}#${record.key}`,
        `Asked: ${fieldText(record, 'action_needed')}\nAnswer: ${fieldText(record, 'answer')}`,
      ),
    );
  fragments.push(...at.told);
  for (const path of fieldList(project, 'last_pass.outputs'))
    whole('An earlier output', path, 'data');
  for (const record of snapshot
    .records('FAILURE-MODE')
    .filter((one) => fieldText(one, 'status') === 'open')
    .slice(0, SOME))
    fragments.push(
      part(
        'A known way to fail',
        `${record.file}#${record.key}`,
        `${fieldText(record, 'symptom')}\nPrevention: ${fieldText(record, 'prevention')}`,
      ),
    );
  for (const record of snapshot.records('LESSON').slice(-SOME))
    fragments.push(
      part('A lesson', `${record.file}#${record.key}`, fieldText(record, 'observation')),
    );
  for (const record of snapshot
    .records('MEMORY')
    .filter((one) => fieldText(one, 'project') === pass.data.project)
    .slice(-SOME))
    fragments.push(
      part(
        'What an earlier pass noted',
        `${record.file}#${record.key}`,
        `${fieldText(record, 'result')}\nNext: ${fieldText(record, 'next')}`,
      ),
    );
  return fragments;
}

function part(title: string, source: string, content: string): Fragment {
  return { title, source, sha256: sha256(content), text: content, trust: 'data' };
}
