/** Trust: whether the workspace is as its owner signed it, and what is allowed to whom. */
import type { Child } from 'hono/jsx';
import type { KeptAnswer, PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { Badge, type Tone } from '../../../../report/html/html.js';
import { type AlarmsJson, AlarmsSection } from './alarms.js';
import { type GateJson, GateSection, LogsSection, type VerifyJson } from './gate.js';
import {
  type DoctorJson,
  DoctorSection,
  type ModulesJson,
  ModulesSection,
  type SessionsJson,
  SessionsSection,
} from './machine.js';
import { type ApprovalsJson, ApprovalsSection, PreapprovalsSection } from './permissions.js';

export async function trust({
  snapshot,
  zone,
  session,
  call,
  kept,
}: PageContext): Promise<PageView> {
  const gate = kept('gate', { options: { keepIncidents: true } });
  const logs = kept('audit verify');
  const doctor = kept('doctor');
  const approvals = kept('approvals list', { options: { all: true } });
  const { modules } = (await call('modules list')).json as ModulesJson;
  const { sessions } = (await call('dashboard sessions')).json as SessionsJson;
  const observed = doctor.json as (DoctorJson & AlarmsJson) | undefined;
  const checks = observed?.checks ?? [];
  const stops = (observed?.alarms.length ?? 0) + (observed?.incidents.length ?? 0);
  return {
    title: 'Trust',
    body: (
      <>
        <ul class="verdicts">
          <Verdict to="gate" label="Gate" {...gateVerdict(gate)} />
          <Verdict to="logs" label="Logs" {...logsVerdict(logs)} />
          <Verdict
            to="alarms"
            label="Alarms"
            {...(observed === undefined
              ? UNKNOWN
              : { text: String(stops), tone: stops > 0 ? 'wrong' : undefined })}
          />
          <Verdict to="approvals" label="Waiting" {...approvalsVerdict(approvals)} />
          <Verdict to="doctor" label="Doctor" {...doctorVerdict(doctor)} />
        </ul>
        {observed === undefined ? null : <AlarmsSection {...observed} zone={zone} />}
        <GateSection answer={gate} zone={zone} />
        <LogsSection answer={logs} zone={zone} />
        <ApprovalsSection answer={approvals} zone={zone} />
        <PreapprovalsSection snapshot={snapshot} zone={zone} />
        <ModulesSection modules={modules} checks={checks} />
        <SessionsSection sessions={sessions} own={session} zone={zone} />
        <DoctorSection answer={doctor} zone={zone} />
      </>
    ),
  };
}

type Said = { readonly text: string; readonly tone?: Tone | undefined };

function Verdict({ to, label, text, tone }: Said & { readonly to: string; readonly label: Child }) {
  return (
    <li>
      <a href={`#${to}`}>
        <span class="note">{label}</span> <Badge tone={tone}>{text}</Badge>
      </a>
    </li>
  );
}

const UNKNOWN: Said = { text: 'not known yet' };

function gateVerdict({ json }: KeptAnswer): Said {
  if (json === undefined) return UNKNOWN;
  return (json as GateJson).ok
    ? { text: 'passes', tone: 'good' }
    : { text: 'refuses', tone: 'wrong' };
}

function logsVerdict({ json }: KeptAnswer): Said {
  if (json === undefined) return UNKNOWN;
  const { chains, findings } = json as VerifyJson;
  const bad = chains.filter(({ ok }) => !ok).length;
  return bad + findings.length === 0
    ? { text: 'unchanged', tone: 'good' }
    : { text: `${Math.max(bad, 1)} changed`, tone: 'wrong' };
}

function approvalsVerdict({ json }: KeptAnswer): Said {
  if (json === undefined) return UNKNOWN;
  const open = (json as ApprovalsJson).approvals.filter(({ status }) => status === 'open').length;
  return { text: String(open), tone: open > 0 ? 'attention' : undefined };
}

function doctorVerdict({ json }: KeptAnswer): Said {
  if (json === undefined) return UNKNOWN;
  const { broken, unknown } = (json as DoctorJson).summary;
  if (broken > 0) return { text: `${broken} broken`, tone: 'wrong' };
  return unknown > 0
    ? { text: `${unknown} unknown`, tone: 'attention' }
    : { text: 'nothing broken', tone: 'good' };
}
