/** One pass: what it was told, did, changed and cost, and how it was judged. */
import type { Child } from 'hono/jsx';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import type { NightPass } from '../../../../passes/night-passes.js';
import { instant } from '../../../../project/field-text.js';
import { nightIn } from '../../../../project/owner-zone.js';
import { localTime } from '../../../../project/local-time.js';
import { Badge, Empty, Section } from '../../../../report/html/html.js';
import { clockTime, lasted, stateWord, toneOf } from '../night/pass-words.js';
import { Differences, Undone } from './changes.js';
import { Judgement } from './judgement.js';
import type { KeptList, RunLog } from './run-log.js';
import { Calls, Transcript } from './transcript.js';

export async function run(context: PageContext): Promise<PageView> {
  const { workspace, snapshot, params, zone, call } = context;
  const id = params['id'] ?? '';
  const log = (await call('log', { args: [id] })).json as RunLog;
  const { record, running, undone } = log;
  const kept = undone.length === 0 ? [] : await keptOf(call, id);
  return {
    title: id,
    body: (
      <>
        <Neighbours log={log} zone={zone} />
        {running === null ? (
          <Facts log={log} zone={zone} />
        ) : (
          <Running pass={running} zone={zone} now={workspace.clock.now().getTime()} />
        )}
        {record === undefined ? (
          <Section title="More">
            <Empty>
              Nothing more is kept of this pass on this machine: no agent worked, or it was long
              ago.
            </Empty>
          </Section>
        ) : null}
        {record === undefined || log.facts['role'] === 'manager' ? null : (
          <Judgement record={record} />
        )}
        <Differences snapshot={snapshot} log={log} />
        <Undone log={log} kept={kept} />
        {record === undefined ? null : (
          <>
            {log.facts['role'] === 'manager' ? null : <Calls record={record} />}
            <Transcript record={record} promptIsTrue={log.promptIsTrue} />
          </>
        )}
      </>
    ),
  };
}

async function keptOf(call: PageContext['call'], id: string): Promise<KeptList['kept']> {
  return ((await call('kept list', { args: [id] })).json as KeptList).kept;
}

function Neighbours({ log, zone }: { readonly log: RunLog; readonly zone: string }) {
  const { run: id, previous, next, facts, running, auditRows } = log;
  const started = instant(facts['started'] ?? running?.started ?? '');
  const night = started === undefined ? '' : `?date=${nightIn(zone, new Date(started))}`;
  return (
    <p class="more">
      <a href={`/night${night}`}>Its night</a>
      {previous === null ? null : (
        <a href={`/runs/${previous}`} rel="prev">
          ← {previous}
        </a>
      )}
      {next === null ? null : (
        <a href={`/runs/${next}`} rel="next">
          {next} →
        </a>
      )}
      <a href={`/history?run=${id}`}>{`${auditRows} audit rows and its changes`}</a>
    </p>
  );
}

function Facts({ log, zone }: { readonly log: RunLog; readonly zone: string }) {
  const { facts, record } = log;
  const fact = (name: string): string => facts[name] ?? '';
  const pass = { state: 'ended', grade: fact('grade') } as const;
  const amounts = [fact('tokens_in'), fact('tokens_out')].map((text) =>
    text === '' ? 'unknown' : Number(text).toLocaleString('en'),
  );
  return (
    <Named
      facts={[
        ['Outcome', fact('outcome')],
        ['Grade', <Badge tone={toneOf(pass)}>{stateWord(pass)}</Badge>],
        ['Project', <ProjectLink of={fact('project')} role={fact('role')} />],
        [
          'Time',
          `${localTime(fact('started'), zone)} to ${clockTime(fact('ended'), zone)}, ${lasted(fact('started'), fact('ended'))}`,
        ],
        [
          'Agent',
          [fact('runner'), fact('model')].filter((part) => part !== '').join(', ') || 'none',
        ],
        [
          'Tokens',
          fact('tokens_in') === '' && fact('tokens_out') === ''
            ? 'unknown'
            : `${amounts[0]} read, ${amounts[1]} written`,
        ],
        [
          'Cost',
          `${fact('cost') || 'unknown'}${record?.spending === 'not enforced' ? '; limits were not enforced' : ''}`,
        ],
        ['Gate', fact('integrity') === 'pass' ? 'passed' : 'failed'],
      ]}
    />
  );
}

function Running({
  pass,
  zone,
  now,
}: {
  readonly pass: NightPass;
  readonly zone: string;
  readonly now: number;
}) {
  const { state, started, heartbeat, project, role } = pass;
  return (
    <div data-refresh={state === 'live' ? '10' : undefined}>
      <Named
        facts={[
          ['State', <Badge tone={toneOf(pass)}>{stateWord(pass)}</Badge>],
          ['Project', <ProjectLink of={project} role={role} />],
          ['Since', `${localTime(started, zone)}, ${lasted(started, now)}`],
          ['Last heartbeat', clockTime(heartbeat, zone)],
        ]}
      />
    </div>
  );
}

function ProjectLink({ of, role }: { readonly of: string; readonly role: string }) {
  if (of === '') return <>{role === 'manager' ? 'none: a manager pass reviews all' : 'none'}</>;
  return <a href={`/projects/${encodeURIComponent(of.split('/')[0] ?? '')}`}>{of}</a>;
}

function Named({ facts }: { readonly facts: readonly (readonly [string, Child])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
