/** Tasks of this workspace, how they ended, and what this node does for others. */
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { fileHref } from '../../../report/html/file-link.js';
import { ActionForm, Badge, Empty, Section, Table, type Tone } from '../../../report/html/html.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot } from '../../../workspace/types.js';
import { taskName } from '../node/waiting-lanes.js';
import { readClaims } from '../tasks/claim-store.js';

const MOST = 200;
const OVER: readonly string[] = ['completed', 'rejected', 'cancelled'];
const RETRIED: readonly string[] = ['released', 'failed'];
const TONES: Readonly<Record<string, Tone>> = {
  completed: 'good',
  pending_review: 'attention',
  failed: 'wrong',
  released: 'wrong',
  rejected: 'wrong',
};

export function MeshTasks({ snapshot }: { readonly snapshot: Snapshot }) {
  const all = [...snapshot.records('MESH-TASK')].toSorted((a, b) => weight(a) - weight(b));
  return (
    <Section
      title="Tasks"
      id="tasks"
      note={all.length > MOST ? `${MOST} of ${all.length}` : 'of this workspace, judged here'}
    >
      {all.length === 0 ? (
        <Empty>
          There is no task. Each is a page in <code>mesh/outbox</code>.
        </Empty>
      ) : (
        <Table
          caption="Tasks"
          columns={[
            { label: 'task' },
            { label: 'state' },
            { label: 'project' },
            { label: 'node' },
            { label: 'attempt', kind: 'number' },
            { label: 'why' },
            { label: 'decide' },
          ]}
          rows={all.slice(0, MOST).map(taskRow)}
        />
      )}
    </Section>
  );
}

/** What needs somebody comes first. */
function weight(task: Rec): number {
  const state = fieldText(task, 'state');
  if (RETRIED.includes(state)) return 0;
  return OVER.includes(state) ? 2 : 1;
}

function taskRow(task: Rec) {
  const [name, state] = [taskName(task.key), fieldText(task, 'state') || 'proposed'];
  return [
    <>
      <a href={fileHref(task.file)}>{name}</a> {fieldText(task, 'title')}
    </>,
    <Badge tone={TONES[state]}>{state}</Badge>,
    fieldText(task, 'project'),
    fieldText(task, 'node'),
    String(fieldInt(task, 'attempt') ?? ''),
    fieldText(task, 'why'),
    <>
      {RETRIED.includes(state) ? <Decide word="retry" task={task} name={name} /> : null}
      {OVER.includes(state) ? null : <Decide word="cancel" task={task} name={name} />}
    </>,
  ];
}

function Decide({
  word,
  task,
  name,
}: {
  readonly word: 'cancel' | 'retry';
  readonly task: Rec;
  readonly name: string;
}) {
  const label = `${word === 'cancel' ? 'Cancel' : 'Retry'} ${name}`;
  return (
    <ActionForm
      action={`mesh-${word}`}
      fields={{ task: name, back: '/mesh' }}
      about={task}
      label={label}
    >
      <button type="submit" aria-label={label}>
        {word === 'cancel' ? 'Cancel' : 'Retry'}
      </button>
    </ActionForm>
  );
}

export function WorkForOthers({ state, zone }: { readonly state: string; readonly zone: string }) {
  const claims = readClaims(state);
  if (claims.length === 0) return null;
  return (
    <Section title="Work for others" id="for-others" note="judged by the node whose task it is">
      <Table
        caption="Work for others"
        columns={[
          { label: 'owner' },
          { label: 'task' },
          { label: 'attempt', kind: 'number' },
          { label: 'since' },
        ]}
        rows={claims
          .slice(0, MOST)
          .map(({ owner, spec, attempt, claimed }) => [
            owner,
            `${spec.task} ${spec.title}`,
            String(attempt),
            localTime(claimed, zone),
          ])}
      />
    </Section>
  );
}

export function MeshResults({
  snapshot,
  zone,
}: {
  readonly snapshot: Snapshot;
  readonly zone: string;
}) {
  const all = [...snapshot.records('MESH-RESULT')].toSorted((a, b) =>
    fieldText(b, 'time').localeCompare(fieldText(a, 'time')),
  );
  if (all.length === 0) return null;
  const note = all.length > MOST ? `${MOST} of ${all.length}` : 'the newest first';
  return (
    <Section title="Results" id="results" note={note}>
      <Table
        caption="Results"
        columns={[{ label: 'task' }, { label: 'state' }, { label: 'node' }, { label: 'time' }]}
        rows={all.slice(0, MOST).map((result) => {
          const [task, state] = [fieldText(result, 'task'), fieldText(result, 'state')];
          return [
            <a href={fileHref(result.file)}>{task}</a>,
            <Badge tone={TONES[state]}>{state}</Badge>,
            fieldText(result, 'node'),
            localTime(fieldText(result, 'time'), zone),
          ];
        })}
      />
    </Section>
  );
}
