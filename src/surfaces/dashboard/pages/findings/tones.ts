/** What the severity of a finding looks like. */
import type { Tone } from '../../../../report/html/html.js';
import type { Severity } from '../../../../kernel/diagnostic.js';

export const TONES: Readonly<Record<Severity, Tone | undefined>> = {
  error: 'wrong',
  warning: 'attention',
  info: undefined,
};
