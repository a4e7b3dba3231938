/** One finding: what is wrong, where, what was expected, and the fix where there is one. */
import { codeFrame } from '../../../../report/code-frame.js';
import { ActionForm, Badge } from '../../../../report/html/html.js';
import { TONES } from './tones.js';
import type { Finding } from './group-findings.js';

/** Of a page that is wide enough; the frame of a long line is cut around what is meant. */
const FRAME = 96;

export function FindingCard({
  finding,
  lines,
  hidden,
  back,
}: {
  readonly finding: Finding;
  /** Of its file. */
  readonly lines: readonly string[];
  /** Secrets of this file. */
  readonly hidden: readonly Finding[];
  readonly back: string;
}) {
  const { rule, severity, message, file, line, column, expected, actual, hint } = finding;
  const place = `${file}:${line}:${column}`;
  const frame = codeFrame(lines, finding, { width: FRAME, hidden });
  return (
    <article class="card finding">
      <p class="finding-head">
        <Badge tone={TONES[severity]}>{severity}</Badge> <code>{place}</code>{' '}
        <a href={`/findings/rules/${encodeURIComponent(rule)}`}>{rule}</a>
      </p>
      <p>{message}</p>
      {frame.length === 0 ? null : (
        <pre class="frame" tabindex={0} role="region" aria-label={`Line ${line} of ${file}`}>
          {frame.map((text) => `${text.replace(/^ {4}/, '')}\n`)}
        </pre>
      )}
      <Facts facts={{ expected, found: actual, hint }} />
      {finding.fixable ? (
        <ActionForm
          action="fix-finding"
          fields={{ at: place, rule, back }}
          label={`Repair ${place}`}
        >
          <button type="submit">Show the fix</button>
        </ActionForm>
      ) : null}
    </article>
  );
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, string | undefined>> }) {
  const known = Object.entries(facts).filter(([, text]) => text !== undefined);
  if (known.length === 0) return null;
  return (
    <dl class="facts">
      {known.map(([name, text]) => (
        <>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </>
      ))}
    </dl>
  );
}
