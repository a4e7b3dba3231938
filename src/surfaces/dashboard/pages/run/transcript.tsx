/** What a pass was told, called and printed, and what judges were asked about it. */
import { Empty, Section, Table } from '../../../../report/html/html.js';
import type { AskedQuestion } from '../../../../passes/judge/question.js';
import type { RunRecord } from '../../../../passes/run-record.js';
import type { Child } from 'hono/jsx';

const MOST_ROWS = 200;

export function Calls({ record }: { readonly record: RunRecord }) {
  const { calls = [], callCount = calls.length } = record;
  const refused = calls.filter(({ verdict }) => verdict === 'deny').length;
  const shown = calls.slice(0, MOST_ROWS);
  return (
    <Section title="Tool calls" note={`${callCount}${refused > 0 ? `, ${refused} refused` : ''}`}>
      {shown.length === 0 ? (
        <Empty>Nocturne has seen none: the agent used none, or tools of its own.</Empty>
      ) : (
        <Table
          caption="Tool calls of the agent"
          columns={[
            { label: '#', kind: 'number' },
            { label: 'Tool' },
            { label: 'Verdict' },
            { label: 'What' },
          ]}
          rows={shown.map(({ name, verdict, detail }, i) => [
            i + 1,
            <code>{name}</code>,
            verdict === 'deny' ? <span class="badge wrong">refused</span> : 'allowed',
            <span class="outcome">{detail}</span>,
          ])}
        />
      )}
      {callCount > shown.length ? (
        <p class="note">{`and ${callCount - shown.length} more calls`}</p>
      ) : null}
    </Section>
  );
}

export function Transcript({
  record: { prompt, tail = '', questions = [] },
  promptIsTrue,
}: {
  readonly record: RunRecord;
  readonly promptIsTrue: boolean;
}) {
  return (
    <>
      <Section title="What the agent was told">
        {prompt === '' ? (
          <Empty>No agent was asked to work.</Empty>
        ) : (
          <>
            <p class={promptIsTrue ? 'note' : 'problem'}>
              {promptIsTrue
                ? 'This prompt has the hash that the audit log recorded.'
                : 'This prompt differs from its hash in the audit log.'}
            </p>
            <Folded title="Prompt" text={prompt} />
          </>
        )}
      </Section>
      <Section title="What it printed">
        {tail === '' ? (
          <Empty>Nothing.</Empty>
        ) : (
          <Folded title="The end of its output" text={tail} />
        )}
      </Section>
      {questions.length === 0 ? null : (
        <Section title="Questions to judges" note={String(questions.length)}>
          {questions.slice(0, MOST_ROWS).map((question) => (
            <Asked question={question} />
          ))}
        </Section>
      )}
    </>
  );
}

function Asked({ question }: { readonly question: AskedQuestion }) {
  const { kind, about, model, answer, problem, said, prompt } = question;
  return (
    <article class="card">
      <h3>{`${kind}, ${about}`}</h3>
      <p>
        {answer === undefined ? `No answer: ${problem ?? 'none that could be used'}` : answer}{' '}
        <span class="note">{model}</span>
      </p>
      {said.map((text, i) => (
        <Folded title={`It said, attempt ${i + 1}`} text={text} />
      ))}
      <Folded title="Asked" text={prompt} />
    </article>
  );
}

function Folded({ title, text }: { readonly title: string; readonly text: string }): Child {
  const lines = text.trimEnd().split('\n').length;
  return (
    <details>
      <summary>
        {title}
        <span class="note">{lines === 1 ? '1 line' : `${lines} lines`}</span>
      </summary>
      <pre class="folded" tabindex={0}>
        {text}
      </pre>
    </details>
  );
}
