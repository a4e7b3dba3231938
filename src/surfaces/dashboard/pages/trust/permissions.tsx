/** What the owner has allowed: pre-approvals and their uses, and answers to single requests. */
import { localTime } from '../../../../project/local-time.js';
import { fieldInt, fieldList, fieldText, fieldTime } from '../../../../project/field-text.js';
import { boundaryOf, usesOf } from '../../../../project/preapproval-limits.js';
import { lastRows } from '../../../../project/recent-rows.js';
import { Badge, Bar, Empty, Section, Table } from '../../../../report/html/html.js';
import type { Rec } from '../../../../markdown/types.js';
import type { KeptAnswer } from '../../../../passes/dashboard-page.js';
import type { Snapshot } from '../../../../workspace/types.js';
import { Checked } from '../checked.js';

const LAST_USES = 50;
const MOST = 200;

type Shown = { readonly snapshot: Snapshot; readonly zone: string };

export function PreapprovalsSection({ snapshot, zone }: Shown) {
  const found = snapshot.records('PREAPPROVAL').slice(0, MOST);
  const uses = lastRows(snapshot, 'INVOCATION', LAST_USES);
  return (
    <Section title="Pre-approvals" id="preapprovals">
      {found.length === 0 ? (
        <Empty>
          Nothing is allowed in advance. You allow something in{' '}
          <code>orchestration-os/OPS-PREAPPROVAL.md</code>, and sign the page.
        </Empty>
      ) : (
        <Table
          caption="Pre-approvals"
          columns={[
            { label: 'id', kind: 'code' },
            { label: 'state' },
            { label: 'for' },
            { label: 'within' },
            { label: 'except' },
            { label: 'ends' },
            { label: 'used', kind: 'number' },
            { label: 'share' },
          ]}
          rows={found.map((record) => preapprovalRow(record, { snapshot, zone }))}
        />
      )}
      {uses.length === 0 ? (
        <Empty>None has been used so far.</Empty>
      ) : (
        <details>
          <summary>{`The last uses (${uses.length})`}</summary>
          <Table
            caption="Uses of pre-approvals"
            columns={[
              { label: 'time' },
              { label: 'use', kind: 'code' },
              { label: 'run', kind: 'code' },
              { label: 'target', kind: 'code' },
              { label: 'result' },
            ]}
            rows={uses.map((use) => [
              localTime(fieldText(use, 'time'), zone),
              fieldText(use, 'id'),
              <RunLink run={fieldText(use, 'run_id')} />,
              fieldText(use, 'target'),
              fieldText(use, 'result') === 'refused' ? (
                <Badge tone="attention">refused</Badge>
              ) : (
                fieldText(use, 'result')
              ),
            ])}
          />
        </details>
      )}
    </Section>
  );
}

function preapprovalRow(record: Rec, { snapshot, zone }: Shown) {
  const used = usesOf(snapshot, record.key);
  const most = fieldInt(record, 'max_uses') ?? 0;
  const ends = fieldTime(record, 'expires');
  const status = fieldText(record, 'status');
  const isOver = ends === undefined || ends <= snapshot.now.getTime() || used >= most;
  const state = status === 'active' && isOver ? 'used up or over' : status;
  return [
    <span class="whole">{record.key}</span>,
    state === 'used up or over' ? <Badge tone="attention">{state}</Badge> : state,
    fieldText(record, 'action_class'),
    fieldList(record, 'scope').join(', '),
    boundaryOf(record)?.join(', ') ?? <Badge tone="wrong">cannot be read</Badge>,
    <span class="whole">{localTime(fieldText(record, 'expires'), zone)}</span>,
    <span class="whole">{`${used} of ${most}`}</span>,
    <Bar done={used} of={most} label={`Uses of ${record.key}`} />,
  ];
}

type Approval = {
  readonly id: string;
  readonly status: string;
  readonly project: string;
  readonly run_id: string;
  readonly action: string;
  readonly target: string;
  readonly requested: string;
  readonly expires: string;
  readonly at: string;
  readonly by: string;
  readonly question: string | null;
};
export type ApprovalsJson = { readonly approvals: readonly Approval[] };

/** In this order; the words are what they mean to the owner. */
const STATES: readonly (readonly [status: string, words: string])[] = [
  ['open', 'waiting for you'],
  ['approved', 'given, not used yet'],
  ['used', 'used'],
  ['declined', 'declined'],
  ['expired', 'expired'],
  ['voided', 'void, because its target changed'],
];

export function ApprovalsSection({
  answer,
  zone,
}: {
  readonly answer: KeptAnswer;
  readonly zone: string;
}) {
  const { approvals } = (answer.json as ApprovalsJson | undefined) ?? {};
  return (
    <Section title="Approvals" id="approvals">
      {approvals === undefined ? (
        <Checked answer={answer} what="The list of approvals" zone={zone} />
      ) : (
        <Approvals approvals={approvals} zone={zone} />
      )}
    </Section>
  );
}

function Approvals({ approvals, zone }: ApprovalsJson & { readonly zone: string }) {
  const order = STATES.map(([status]) => status);
  const shown = [...approvals]
    .sort(
      (a, b) =>
        order.indexOf(a.status) - order.indexOf(b.status) || b.requested.localeCompare(a.requested),
    )
    .slice(0, MOST);
  if (shown.length === 0) return <Empty>No pass has asked to do anything outside its scope.</Empty>;
  return (
    <>
      {shown.length < approvals.length ? (
        <p class="note">{`${shown.length} of ${approvals.length}; those that wait come first.`}</p>
      ) : null}
      <Table
        caption="Approvals"
        columns={[
          { label: 'id', kind: 'code' },
          { label: 'state' },
          { label: 'asked by' },
          { label: 'to' },
          { label: 'asked' },
          { label: 'ends, or ended' },
        ]}
        rows={shown.map((approval) => approvalRow(approval, zone))}
      />
    </>
  );
}

function approvalRow(approval: Approval, zone: string) {
  const { id, status, project, run_id: run, action, target, requested, expires, at, by } = approval;
  const words = STATES.find(([name]) => name === status)?.[1] ?? status;
  const isLive = status === 'open' || status === 'approved';
  return [
    approval.question !== null && status === 'open' ? (
      <a href={`/#${approval.question}`}>{id}</a>
    ) : (
      id
    ),
    isLive ? <Badge tone="attention">{words}</Badge> : words,
    <>
      {`${project === '' ? 'idle work' : project}, `}
      <RunLink run={run} />
    </>,
    <>
      {`${action} `}
      <code>{target}</code>
    </>,
    localTime(requested, zone),
    isLive ? localTime(expires, zone) : `${localTime(at, zone)}${by === '' ? '' : ` by ${by}`}`,
  ];
}

function RunLink({ run }: { readonly run: string }) {
  return run === '' ? null : <a href={`/runs/${encodeURIComponent(run)}`}>{run}</a>;
}
