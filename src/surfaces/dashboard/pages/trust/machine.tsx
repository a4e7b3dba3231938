/** What runs here: modules with what they say, sessions of the dashboard, and `doctor`'s facts. */
import type { Verdict } from '../../../../kernel/observation.js';
import type { KeptAnswer } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import {
  ActionForm,
  Badge,
  Empty,
  Section,
  Table,
  type Tone,
} from '../../../../report/html/html.js';
import { Checked } from '../checked.js';

type Check = {
  readonly id: string;
  readonly verdict: Verdict;
  readonly fact: string;
  readonly fix?: string;
};
export type DoctorJson = {
  readonly checks: readonly Check[];
  readonly summary: Readonly<Record<Verdict, number>>;
};
type ModuleRow = {
  readonly module: string;
  readonly enabled: boolean;
  readonly installed: boolean;
  readonly waiting: number;
  readonly says: readonly string[];
};
export type ModulesJson = { readonly modules: readonly ModuleRow[] };
type Session = {
  readonly id: string;
  readonly since: string;
  readonly seen: string;
  readonly agent: string;
};
export type SessionsJson = { readonly sessions: readonly Session[] };

const TONES: Readonly<Record<Verdict, Tone | undefined>> = {
  broken: 'wrong',
  unknown: 'attention',
  working: undefined,
  off: undefined,
};
const ORDER: readonly Verdict[] = ['broken', 'unknown', 'working', 'off'];

export function ModulesSection({
  modules,
  checks,
}: ModulesJson & {
  /** Of `doctor`, which asks the enabled modules as well. */
  readonly checks: readonly Check[];
}) {
  return (
    <Section title="Modules" id="modules" note="as R8 of REGISTRY.md says">
      {modules.length === 0 ? <Empty>No module is installed.</Empty> : null}
      <Table
        caption="Modules"
        columns={[
          { label: 'module', kind: 'code' },
          { label: 'state' },
          { label: 'waiting', kind: 'number' },
          { label: 'what it says' },
        ]}
        rows={modules.map((row) => [
          row.module,
          moduleState(row),
          row.waiting === 0 ? '' : String(row.waiting),
          <>
            {row.says.map((line) => (
              <p class="fact attention">{line}</p>
            ))}
            {checks
              .filter(({ id }) => id === row.module)
              .map((check) => (
                <Fact {...check} />
              ))}
          </>,
        ])}
      />
    </Section>
  );
}

function moduleState({ enabled, installed }: ModuleRow) {
  if (!enabled) return installed ? 'off' : 'off, not installed';
  return installed ? 'enabled' : <Badge tone="wrong">enabled, but not installed</Badge>;
}

function Fact({ verdict, fact, fix }: Check) {
  const tone = TONES[verdict];
  return (
    <p class="fact">
      {tone === undefined ? null : <Badge tone={tone}>{verdict.toUpperCase()}</Badge>} {fact}
      {fix === undefined || verdict === 'working' ? null : <span class="note">{` ${fix}`}</span>}
    </p>
  );
}

export function SessionsSection({
  sessions,
  own,
  zone,
}: {
  readonly sessions: readonly Session[];
  /** Of the browser that shows the page. */
  readonly own: string;
  readonly zone: string;
}) {
  return (
    <Section title="Sessions" id="sessions" note="browsers that are logged in to this dashboard">
      <Table
        caption="Sessions"
        columns={[
          { label: 'id', kind: 'code' },
          { label: 'since' },
          { label: 'last seen' },
          { label: 'browser' },
          { label: 'to end it' },
        ]}
        rows={sessions.map(({ id, since, seen, agent }) => [
          <>
            {id} {id === own ? <Badge tone={undefined}>this browser</Badge> : null}
          </>,
          localTime(since, zone),
          localTime(seen, zone),
          agent,
          <LogOut id={id} isOwn={id === own} />,
        ])}
      />
    </Section>
  );
}

/** A question first: a browser that is logged out needs a new link. */
function LogOut({ id, isOwn }: { readonly id: string; readonly isOwn: boolean }) {
  const question = isOwn
    ? 'Log this browser out? You then need a new link: nocturne dashboard link prints one.'
    : `Log ${id} out? It then needs a new link.`;
  return (
    <details>
      <summary>Log out</summary>
      <p>{question}</p>
      <ActionForm action="revoke-session" fields={{ id, back: '/trust' }} label={`Log out ${id}`}>
        <button type="submit">Yes, log out</button>
      </ActionForm>
    </details>
  );
}

export function DoctorSection({
  answer,
  zone,
}: {
  readonly answer: KeptAnswer;
  readonly zone: string;
}) {
  const doctor = answer.json as DoctorJson | undefined;
  return (
    <Section title="Doctor" id="doctor" note="what was observed on this machine">
      <Checked answer={answer} what="The examination" zone={zone} />
      {doctor === undefined ? null : (
        <Table
          caption="What was observed"
          columns={[
            { label: 'verdict' },
            { label: 'what', kind: 'code' },
            { label: 'observed' },
            { label: 'to fix it' },
          ]}
          rows={[...doctor.checks]
            .sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
            .map(({ id, verdict, fact, fix }) => [
              <Badge tone={TONES[verdict]}>{verdict.toUpperCase()}</Badge>,
              id,
              fact,
              fix === undefined || verdict === 'working' ? '' : <FixText fix={fix} />,
            ])}
        />
      )}
    </Section>
  );
}

/** A command, or one sentence. */
function FixText({ fix }: { readonly fix: string }) {
  return fix.startsWith('nocturne ') ? <code>{fix}</code> : <span>{fix}</span>;
}
