/** One step of a plan: why it is where it is, what went in and out, its attempts and their cost. */
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { localTime } from '../../../project/local-time.js';
import { fileHref } from '../../../report/html/file-link.js';
import { ActionForm, Empty, Section, Table } from '../../../report/html/html.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { PlanFacts } from '../commands/plan-facts.js';
import { reviewPage } from '../engine/review-page.js';
import { type AttemptsJson, StepAttempts } from './step-attempts.js';
import { StepBadge } from './plan-state.js';
import { StepCost } from './step-cost.js';

type Why = {
  readonly why: string;
  readonly rows: readonly WhyRow[];
};
type WhyRow = {
  readonly seq: number;
  readonly time: string;
  readonly event: string;
  readonly by: string;
  readonly run: string;
  readonly detail: string;
  readonly consumed: Readonly<Record<string, unknown>>;
  readonly produced: Readonly<Record<string, unknown>>;
};

const MOST_ROWS = 200;
const SHOWN_HASH = 12;

export async function step({ params, snapshot, zone, call }: PageContext): Promise<PageView> {
  const [project = '', id = ''] = [params['project'], params['step']];
  const words = { args: [project, id] };
  const why = (await call('plan why', words)).json as unknown as Why;
  const shown = (await call('plan show', { args: [project] })).json;
  const { plan } = shown as unknown as { readonly plan: PlanFacts };
  const facts = plan.steps.find((each) => each.id === id);
  const attempts = facts?.measured === true ? (await call('plan attempts', words)).json : undefined;
  return {
    title: id,
    body: (
      <>
        <p class="mission">{facts?.title ?? id}</p>
        <p>
          {facts === undefined ? null : <StepBadge state={facts.state} />} {why.why}
        </p>
        <p class="note">
          <a href={`/plans/${encodeURIComponent(project)}`}>{`Plan ${plan.title}`}</a>
          <ReviewLinks snapshot={snapshot} project={project} step={id} tries={facts?.tries ?? 0} />
        </p>
        <ActionForm
          action="plan-retry"
          fields={{ project, step: id, back: `/plans/${project}/${id}` }}
          label={`Retry ${id}`}
        >
          <button type="submit">Retry</button>
        </ActionForm>
        {attempts === undefined ? null : (
          <StepAttempts json={attempts as unknown as AttemptsJson} />
        )}
        <Artefacts title="What went in" rows={why.rows} side="consumed" />
        <Artefacts title="What came out" rows={why.rows} side="produced" />
        <StepCost snapshot={snapshot} runs={runsOf(why.rows)} />
        <Evidence rows={why.rows} zone={zone} />
      </>
    ),
  };
}

function runsOf(rows: readonly WhyRow[]): readonly string[] {
  return [...new Set(rows.map(({ run }) => run).filter((run) => run !== ''))];
}

function ReviewLinks({
  snapshot,
  project,
  step: id,
  tries,
}: {
  readonly snapshot: Snapshot;
  readonly project: string;
  readonly step: string;
  readonly tries: number;
}) {
  const pages = Array.from({ length: tries }, (_, i) => reviewPage(project, id, i + 1)).filter(
    (path) => snapshot.files.has(path),
  );
  return (
    <>
      {pages.map((path) => (
        <>
          {' · '}
          <a href={fileHref(path)}>{`Review ${path.slice(path.lastIndexOf('/') + 1)}`}</a>
        </>
      ))}
    </>
  );
}

/** The newest row that has some decides. */
function Artefacts({
  title,
  rows,
  side,
}: {
  readonly title: string;
  readonly rows: readonly WhyRow[];
  readonly side: 'consumed' | 'produced';
}) {
  const newest = rows.find((row) => Object.keys(row[side]).length > 0);
  const files = Object.entries(newest?.[side] ?? {});
  return (
    <Section title={title} note={String(files.length)}>
      {files.length === 0 ? <Empty>Nothing is recorded.</Empty> : null}
      {files.length === 0 ? null : (
        <Table
          caption={title}
          columns={[
            { label: 'File' },
            { label: 'SHA-256', kind: 'code' },
            { label: 'Recorded by' },
          ]}
          rows={files
            .slice(0, MOST_ROWS)
            .map(([path, hash]) => [
              <a href={fileHref(path)}>{path}</a>,
              <span title={String(hash)}>{String(hash).slice(0, SHOWN_HASH)}</span>,
              newest?.run === '' ? `row ${newest.seq}` : (newest?.run ?? ''),
            ])}
        />
      )}
    </Section>
  );
}

function Evidence({ rows, zone }: { readonly rows: readonly WhyRow[]; readonly zone: string }) {
  return (
    <Section title="What happened" note={`${rows.length} rows of the plan log`}>
      {rows.length === 0 ? <Empty>Nothing has happened to it yet.</Empty> : null}
      {rows.length === 0 ? null : (
        <Table
          caption="Rows of the plan log, the last one first"
          columns={[
            { label: 'Row', kind: 'number' },
            { label: 'Time' },
            { label: 'Event' },
            { label: 'By' },
            { label: 'Pass', kind: 'code' },
            { label: 'Detail' },
          ]}
          rows={rows
            .slice(0, MOST_ROWS)
            .map(({ seq, time, event, by, run, detail }) => [
              String(seq),
              localTime(time, zone),
              event,
              by,
              run,
              detail,
            ])}
        />
      )}
    </Section>
  );
}
