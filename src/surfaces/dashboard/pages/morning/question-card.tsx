/** One open question: what is asked, what each answer does, what it is about, and its answer. */
import type { Rec } from '../../../../markdown/types.js';
import type { OpenQuestion } from '../../../../passes/question-facts.js';
import { localTime } from '../../../../project/local-time.js';
import { lineFor } from '../../../../project/page-text.js';
import { ActionForm, Badge, Diff } from '../../../../report/html/html.js';
import { Prose } from '../../../../report/html/prose.js';
import type { Difference } from './question-differences.js';

export function QuestionCard({
  question,
  record,
  differences,
  zone,
}: {
  readonly question: OpenQuestion;
  readonly record: Rec | undefined;
  /** Missing: they are on the page of the question. */
  readonly differences: readonly Difference[] | undefined;
  readonly zone: string;
}) {
  const { id, unclear, evidence } = question;
  return (
    <article
      class="card question"
      id={id}
      tabindex={-1}
      data-question={id}
      data-expected={question.expected}
      aria-labelledby={`${id}-asks`}
    >
      <h3 id={`${id}-asks`}>{lineFor(question.question, zone)}</h3>
      <About question={question} zone={zone} />
      {unclear === null ? null : <p class="unclear">{unclear}</p>}
      <Consequences question={question} />
      {evidence === '' && differences?.length === 0 ? null : (
        <details class="evidence">
          <summary>
            {differences === undefined || differences.length === 0
              ? 'Evidence'
              : `Evidence, and ${differences.length === 1 ? 'the difference' : `${differences.length} differences`}`}
          </summary>
          {evidence === '' ? null : <Prose text={evidence} from="" />}
          {differences?.map(({ title, text }) => (
            <>
              <h4>{title}</h4>
              <Diff text={text} />
            </>
          ))}
          {differences === undefined ? (
            <p>
              <a href={`/questions/${id}`}>What it would change</a>
            </p>
          ) : null}
        </details>
      )}
      <Answers question={question} record={record} />
    </article>
  );
}

function About({ question, zone }: { readonly question: OpenQuestion; readonly zone: string }) {
  const { id, project, kind, priority, since, run } = question;
  return (
    <p class="note about">
      {priority === 'critical' || priority === 'high' ? (
        <>
          <Badge tone={priority === 'critical' ? 'wrong' : 'attention'}>{priority}</Badge>{' '}
        </>
      ) : null}
      {project === '' ? null : (
        <>
          <a href={`/projects/${encodeURIComponent(project)}`}>{project}</a>,{' '}
        </>
      )}
      {`${kind}, asked ${localTime(since, zone)}, `}
      <a href={`/questions/${id}`}>{id}</a>
      {run === null ? null : (
        <>
          , about <a href={`/runs/${run}`}>{run}</a>
        </>
      )}
    </p>
  );
}

/** What the buttons say already. */
const BOTH = 'yes or no';

function Consequences({ question: { yes, no, expected } }: { readonly question: OpenQuestion }) {
  return (
    <dl class="consequences">
      {yes === null ? null : (
        <div>
          <dt>Yes</dt>
          <dd>{yes}</dd>
        </div>
      )}
      {no === null ? null : (
        <div>
          <dt>No</dt>
          <dd>{no}</dd>
        </div>
      )}
      {yes !== null && no !== null && expected === BOTH ? null : (
        <div>
          <dt>Answer</dt>
          <dd>{expected}</dd>
        </div>
      )}
    </dl>
  );
}

/** Buttons only for words that answer it; an answer that acts at once says so. */
export function Answers({
  question: { id, yes, no, expected, approval },
  record,
}: {
  readonly question: Pick<OpenQuestion, 'id' | 'yes' | 'no' | 'expected' | 'approval'>;
  readonly record: Rec | undefined;
}) {
  const common = {
    action: 'answer',
    fields: { id, back: `/#${id}` },
    ...(record === undefined ? {} : { about: record }),
  };
  return (
    <div class="answers">
      {yes === null && no === null ? null : (
        <ActionForm {...common} label={`Answer ${id} with yes or no`}>
          {yes === null ? null : (
            <button type="submit" name="text" value="yes" data-now={approval ?? undefined}>
              {approval === null ? 'Yes' : 'Yes, do it now'}
            </button>
          )}
          {no === null ? null : (
            <button type="submit" name="text" value="no">
              No
            </button>
          )}
        </ActionForm>
      )}
      <ActionForm {...common} label={`Answer ${id} in your own words`}>
        <input
          type="text"
          id={`${id}-words`}
          name="text"
          required
          maxlength={2000}
          autocomplete="off"
          aria-label={`Your own words: ${expected}`}
          placeholder="your own words"
        />
        <button type="submit">Send</button>
      </ActionForm>
    </div>
  );
}
