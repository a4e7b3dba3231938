/** `status`: what is going on in the workspace, most urgent first. */
import { plural } from '../../../kernel/words.js';
import { spokenDuration } from '../../../agents/spoken-duration.js';
import { type PendingAnswer, pendingAnswers } from '../../../governance/answers.js';
import { detectedModes } from '../../../governance/detected-modes.js';
import { type Considered, dispatch } from '../../../governance/dispatch.js';
import { projectState } from '../../../governance/project-state.js';
import type { Alarm } from '../../../integrity/alarm.js';
import { installedModules } from '../../../modules/installed.js';
import type { ModuleState } from '../../../passes/module.js';
import { offeredUnits } from '../../../passes/modules/module-hooks.js';
import { moduleStates } from '../../../passes/modules/module-state.js';
import { readableTrust } from '../../../integrity/trust.js';
import type { Rec } from '../../../markdown/types.js';
import { localTime } from '../../../project/local-time.js';
import { fieldInt, fieldText, fieldTime } from '../../../project/field-text.js';
import { runningServer } from '../../../passes/dashboard-server.js';
import { serviceHealth } from '../../../passes/modules/service-health.js';
import { lastRows } from '../../../project/recent-rows.js';
import { listIncidents } from '../../../workspace/incident.js';
import { consecutiveFailures, failedInRow } from '../../../workspace/fence-counter.js';
import { type ClaimStatus, passLock } from '../../../workspace/pass-lock.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { answeredFacts, openQuestionFacts } from '../../../passes/question-facts.js';
import { alarmLines } from '../alarm-lines.js';
import { withRunLinks } from '../file-link.js';
import { type Paint, paint } from '../paint.js';
import { recentDays, recentDaysText } from '../recent-days.js';
import { okLater } from '../result.js';
import { NO_PROJECT } from '../no-project.js';
import { textTable } from '../../../report/text-table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { workspaceAlarms } from '../workspace-alarms.js';

const LAST_RUNS = 5;

export const status: Command = {
  examples: ['nocturne status', 'nocturne status --json'],
  async run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const { gate, alarms: found } = workspaceAlarms(context, snapshot);
    const installed = await installedModules();
    const states = moduleStates(installed, { snapshot, state: workspace.state });
    const modules = Object.fromEntries([...states].map(([name, { facts }]) => [name, facts]));
    const offer = offeredUnits({ modules: installed, workspace, say: () => {} }, snapshot);
    const next = nextFacts(dispatch(snapshot, { offer }).chosen);
    const told = { gatePasses: gate.ok, alarms: found, modules, next };
    const facts = { ...factsOf(workspace, snapshot), ...told };
    const screen = { width: context.width, zone: ownerZone(snapshot), colour: paint(context) };
    const text = () => [
      ...alarmText(facts, screen),
      ...runningLines(facts, screen),
      ...serviceLines(facts, screen),
      '',
      projectsText(facts, screen),
      '',
      questionsText(facts, screen),
      ...answersText(facts),
      ...signalsText(facts),
      ...modulesText(states, screen),
      '',
      withRunLinks(context, runsText(facts, screen), {
        state: workspace.state,
        runs: facts.runs.map(({ id }) => id),
      }),
      ...recentDaysText(facts.days, snapshot),
      '',
      facts.next === null
        ? 'Next: no project can continue without you.'
        : `Next: ${facts.next.unit ?? facts.next.slug} (${facts.next.why}).`,
    ];
    return okLater(() => text().join('\n'), facts);
  },
};

type Facts = ReturnType<typeof factsOf> & {
  readonly next: ReturnType<typeof nextFacts>;
  readonly gatePasses: boolean;
  readonly alarms: readonly Alarm[];
};
type Screen = { readonly width: number; readonly zone: string; readonly colour: Paint };

function alarmText(
  { incidents, alarms, gatePasses }: Facts,
  { zone, colour }: Screen,
): readonly string[] {
  return [
    ...(gatePasses ? [] : incidents).map((incident) =>
      colour.wrong(
        `Incident at ${localTime(incident.at, zone)}: ${incident.message}. No pass runs.`,
      ),
    ),
    ...alarmLines(alarms).map(colour.attention),
  ];
}

function projectsText({ projects }: Facts, { width, zone, colour }: Screen): string {
  if (projects.length === 0) return NO_PROJECT;
  return textTable({
    head: ['', 'project', 'status', 'phase', 'last pass', 'next'],
    width,
    rows: projects.map((project) => [
      String(project.priority ?? ''),
      project.slug,
      /^(?:blocked|transition-hold)$/.test(project.status)
        ? colour.attention(project.status)
        : project.status,
      project.progress === '' ? project.phase : `${project.phase}, ${project.progress}`,
      localTime(project.lastPass, zone),
      project.next,
    ]),
  });
}

function questionsText({ questions }: Facts, { width }: Screen): string {
  if (questions.length === 0) return 'Nothing is waiting for you.';
  const table = textTable({
    head: ['id', 'project', 'question'],
    width,
    rows: questions.map(({ id, project, question, unclear }) => [
      id,
      project,
      unclear === null ? question : `${unclear} ${question}`,
    ]),
  });
  return `Waiting for you (${questions.length})\n${table}\nTo answer: nocturne approve ID, nocturne decline ID, or nocturne answer ID TEXT`;
}

function answersText({ answered }: Facts): readonly string[] {
  if (answered.length === 0) return [];
  return [
    '',
    'Answered, for the next pass:',
    ...answered.map(({ id, then }) => `  ${id}  ${then}`),
  ];
}

/** Failure modes that the last manager pass detected. */
function signalsText({ signals }: Facts): readonly string[] {
  if (signals.length === 0) return [];
  return ['', 'Detected by the last manager pass:', ...signals.map((signal) => `  ${signal}`)];
}

function modulesText(
  states: ReadonlyMap<string, ModuleState>,
  { colour }: Screen,
): readonly string[] {
  const lines = [...states.values()].flatMap((state) => state.lines);
  return lines.length === 0 ? [] : ['', ...lines.map(colour.attention)];
}

function runsText({ runs }: Facts, { width, zone }: Screen): string {
  if (runs.length === 0) return 'No pass has run yet.';
  return textTable({
    head: ['ended', 'took', 'run', 'project', 'outcome'],
    width,
    rows: runs.map(({ id, role, project, ended, seconds, outcome }) => [
      localTime(ended, zone),
      durationText(seconds),
      id,
      project || role,
      outcome,
    ]),
  });
}

function factsOf(workspace: Workspace, snapshot: Snapshot) {
  const { root, clock, state } = workspace;
  const { isReadable, claims } = passLock(root, clock);
  const answers = pendingAnswers(snapshot);
  return {
    incidents: listIncidents(state).map(({ id, kind, at: time, message, findings }) => ({
      id,
      kind,
      at: time,
      message,
      findings,
    })),
    owned: readableTrust(state) !== undefined,
    lockReadable: isReadable,
    failures: consecutiveFailures(state).failures,
    passes: claims.map(passFacts),
    services: serviceHealth(state) ?? null,
    dashboard: runningServer(state) ?? null,
    projects: snapshot
      .records('DISPATCH')
      .map((row) => projectFacts(snapshot, row, answers))
      .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0)),
    questions: openQuestionFacts(snapshot),
    answered: answeredFacts(snapshot, answers),
    runs: lastRows(snapshot, 'RUN', LAST_RUNS).map(runFacts),
    days: recentDays(snapshot),
    signals: detectedModes(snapshot).map(({ text }) => text),
  };
}

function serviceLines({ services, dashboard }: Facts, screen: Screen): readonly string[] {
  const { zone, colour } = screen;
  const lines = (services?.services ?? []).map(({ name, state, since, restarts, failure }) => {
    const times = restarts === 0 ? '' : `, restarted ${plural(restarts, 'time')}`;
    const why = failure === undefined ? '' : ` (${failure})`;
    const line = `Service ${name} ${state === 'running' ? 'runs' : `is ${state}`} since ${localTime(since, zone)}${times}${why}.`;
    return state === 'running' ? line : colour.attention(line);
  });
  if (dashboard === null) return lines;
  const { url, since, readOnly } = dashboard;
  const mode = readOnly ? ', to read only' : '';
  return [...lines, `The dashboard is at ${url}${mode} since ${localTime(since, zone)}.`];
}

function nextFacts(chosen: Considered | undefined) {
  if (chosen === undefined) return null;
  const { slug, why, unit } = chosen;
  return { slug, why, unit: unit?.id ?? null };
}

function passFacts({ runId: id, role, project, host, state, claimedAt: since }: ClaimStatus) {
  return { id, role, project, host, state, since };
}

function runFacts(run: Rec) {
  return {
    id: run.key,
    role: fieldText(run, 'role'),
    project: fieldText(run, 'project'),
    ended: fieldText(run, 'ended'),
    seconds: secondsOf(run),
    outcome: fieldText(run, 'outcome'),
  };
}

/** Times are stored in whole seconds. */
function durationText(seconds: number | null): string {
  if (seconds === null) return '';
  return seconds < 1 ? 'under 1 s' : spokenDuration(seconds * 1000);
}

function secondsOf(run: Rec): number | null {
  const [started, ended] = [fieldTime(run, 'started'), fieldTime(run, 'ended')];
  return started === undefined || ended === undefined ? null : (ended - started) / 1000;
}

function projectFacts(snapshot: Snapshot, row: Rec, answers: readonly PendingAnswer[]) {
  const slug = fieldText(row, 'slug');
  const escalation = fieldText(row, 'escalation');
  const status = fieldText(row, 'status');
  const { state, why } = projectState(snapshot, slug);
  const isAnswered = answers.some((answer) => answer.project === slug);
  const waiting = isAnswered ? 'continues with the next pass' : 'waiting for your answer';
  const going = status === 'active' ? why : '';
  return {
    slug,
    priority: fieldInt(row, 'priority') ?? null,
    status,
    phase: fieldText(row, 'phase'),
    progress: fieldText(snapshot.record('PROJECT', slug), 'last_pass.progress'),
    lastPass: fieldText(row, 'last_worker_pass'),
    escalation,
    state,
    next: escalation === '' ? going : waiting,
  };
}

function runningLines(
  { lockReadable, passes, failures }: Facts,
  screen: Screen,
): readonly string[] {
  const { zone, colour } = screen;
  const lines = passes.map(({ id, role, project, host, state, since }) =>
    state === 'live'
      ? `${role}@${host} is working${project === '' ? '' : ` on ${project}`} (${id}) since ${localTime(since, zone)}.`
      : colour.attention(
          `The claim of ${id} is stale (${state}). The next pass removes it; so does nocturne lock break.`,
        ),
  );
  if (!lockReadable)
    lines.push(colour.attention('The pass lock cannot be read. nocturne lock break removes it.'));
  if (lines.length === 0) lines.push('No pass is running.');
  if (failures > 0) lines.push(colour.attention(`${failedInRow(failures)}.`));
  return lines;
}
