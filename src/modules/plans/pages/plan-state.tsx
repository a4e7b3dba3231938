/** States of plans and steps on pages: a sign and a word, and the colour that goes with them. */
import { Badge, type Tone } from '../../../report/html/html.js';
import type { PlanStatus, StepState } from '../types.js';

type Look = { readonly sign: string; readonly tone?: Tone; readonly border?: 'dashed' | 'thick' };

export const STEP_LOOKS: Readonly<Record<StepState, Look>> = {
  waiting: { sign: '○', border: 'dashed' },
  ready: { sign: '●' },
  running: { sign: '▶', border: 'thick' },
  review: { sign: '?', tone: 'attention' },
  asked: { sign: '?', tone: 'attention' },
  retry: { sign: '↻', tone: 'attention' },
  proved: { sign: '✓', tone: 'good' },
  skipped: { sign: '–', border: 'dashed' },
  failed: { sign: '✕', tone: 'wrong' },
  blocked: { sign: '✕', tone: 'wrong', border: 'dashed' },
};

const PLAN_TONES: Readonly<Partial<Record<PlanStatus, Tone>>> = {
  draft: 'attention',
  done: 'good',
  failed: 'wrong',
  aborted: 'wrong',
};

export function StepBadge({ state }: { readonly state: StepState }) {
  const { sign, tone } = STEP_LOOKS[state];
  return <Badge tone={tone}>{`${sign} ${state}`}</Badge>;
}

export function PlanBadge({ status }: { readonly status: PlanStatus }) {
  return <Badge tone={PLAN_TONES[status]}>{status}</Badge>;
}

export function stepHref(project: string, step: string): string {
  return `/plans/${encodeURIComponent(project)}/${encodeURIComponent(step)}`;
}
