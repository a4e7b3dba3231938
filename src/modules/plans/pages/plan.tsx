/** One plan: its graph, its steps as a table, what it would do, and what its owner may decide. */
import { spokenDuration } from '../../../agents/spoken-duration.js';
import { NocturneError } from '../../../kernel/error.js';
import type { CallCommand, PageContext, PageView } from '../../../passes/dashboard-page.js';
import { fileHref } from '../../../report/html/file-link.js';
import { ActionForm, Badge, Bar, Section, Table } from '../../../report/html/html.js';
import type { PlanFacts } from '../commands/plan-facts.js';
import { drawPlan } from './draw-plan.js';
import { DECISIONS } from './decisions.js';
import { PlanBadge, StepBadge, stepHref } from './plan-state.js';
import { WouldDo } from './would-do.js';

const MOST_STEPS = 200;

type Shown = {
  readonly plan: PlanFacts;
  /** Of what is left; `null`: the plan is over. */
  readonly estimate: { readonly minutes: number; readonly cost: number | null } | null;
};

export async function plan({ params, query, canAct, call }: PageContext): Promise<PageView> {
  const project = params['project'] ?? '';
  const { json } = await call('plan show', { args: [project] });
  const { plan: facts, estimate } = json as unknown as Shown;
  const offered = canAct ? await offeredDecisions(call, project) : [];
  const dry = facts.status === 'draft' ? await call('plan run', dryRunOf(project)) : undefined;
  const drawing = drawPlan(facts);
  const from = Number(query['from'] ?? 0) || 0;
  return {
    title: facts.title,
    body: (
      <>
        <PlanHead facts={facts} estimate={estimate} />
        <div class="actions">
          {offered.map((word) => (
            <ActionForm
              action={`plan-${word}`}
              fields={{ project, back: `/plans/${project}` }}
              label={`${capital(word)} the plan ${project}`}
            >
              <button type="submit">{capital(word)}</button>
            </ActionForm>
          ))}
        </div>
        <Section title="Steps" note={`${facts.steps.length}, in ${facts.waves.length} waves`}>
          {drawing}
          <ul class="legend">
            <li>thick line, *: the critical path</li>
            <li>dashed: not begun, blocked or skipped</li>
            <li>a click opens a step</li>
          </ul>
          <Steps facts={facts} from={from} />
        </Section>
        {dry === undefined ? null : <WouldDo json={dry.json} />}
      </>
    ),
  };
}

function dryRunOf(project: string) {
  return { args: [project], options: { dryRun: true } };
}

/** Those that the command itself would accept now. */
async function offeredDecisions(call: CallCommand, project: string): Promise<readonly string[]> {
  const offered: string[] = [];
  for (const word of DECISIONS)
    try {
      await call(`plan ${word}`, dryRunOf(project));
      offered.push(word);
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
    }
  return offered;
}

function PlanHead({
  facts,
  estimate,
}: {
  readonly facts: PlanFacts;
  readonly estimate: Shown['estimate'];
}) {
  const { project, file, status, proved, open, failure_policy, problems, template } = facts;
  return (
    <>
      <p class="distance">
        <PlanBadge status={status} />
        <Bar done={proved} of={proved + open} label="proved steps" />
        <strong>{`${proved} of ${proved + open} proved`}</strong>
      </p>
      <p class="note">
        <a href={`/projects/${encodeURIComponent(project)}`}>{`Project ${project}`}</a>
        {' · '}
        <a href={fileHref(file)}>{file}</a>
        {template === '' ? '' : ` · from ${template}`}
        {` · ${failure_policy.replaceAll('_', ' ')}`}
      </p>
      {estimate === null || estimate.minutes === 0 ? null : (
        <p>{`What is left takes about ${spokenDuration(estimate.minutes * 60_000)} on the critical path.`}</p>
      )}
      {problems.map(({ message, line, hint }) => (
        <p class="problem">
          {`${message} (line ${line})`}
          {hint === null ? null : <span class="note">{` ${hint}`}</span>}
        </p>
      ))}
    </>
  );
}

function Steps({ facts, from }: { readonly facts: PlanFacts; readonly from: number }) {
  const { project, steps } = facts;
  const page = (start: number): string => `/plans/${encodeURIComponent(project)}?from=${start}`;
  return (
    <>
      <Table
        caption="Steps of the plan"
        columns={[
          { label: 'Wave', kind: 'number' },
          { label: 'Step', kind: 'name' },
          { label: 'State' },
          { label: 'After' },
          { label: 'Done by' },
          { label: 'Tries', kind: 'number' },
          { label: 'Why' },
        ]}
        rows={steps
          .slice(from, from + MOST_STEPS)
          .map(({ id, title, state, after, run, tries, why, wave, critical_path }) => [
            String(wave + 1),
            <>
              <a href={stepHref(project, id)}>{id}</a>
              {critical_path ? <Badge> *</Badge> : null}
              <br />
              <span class="note">{title}</span>
            </>,
            <StepBadge state={state} />,
            after.join(', '),
            run === 'human' ? 'you' : run,
            String(tries),
            why ?? '',
          ])}
      />
      {steps.length <= MOST_STEPS ? null : (
        <p class="note paging">
          {`${from + 1} to ${Math.min(from + MOST_STEPS, steps.length)} of ${steps.length} steps`}
          {from === 0 ? null : <a href={page(Math.max(0, from - MOST_STEPS))}>Earlier</a>}
          {from + MOST_STEPS >= steps.length ? null : <a href={page(from + MOST_STEPS)}>Later</a>}
        </p>
      )}
    </>
  );
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
