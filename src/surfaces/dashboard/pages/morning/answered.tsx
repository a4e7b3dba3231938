/** Questions that are answered and wait for the next pass: what it will do, and a way back. */
import type { AnsweredQuestion } from '../../../../passes/question-facts.js';
import { lineFor } from '../../../../project/page-text.js';
import { ActionForm, Section } from '../../../../report/html/html.js';
import type { Snapshot } from '../../../../workspace/types.js';

export function Answered({
  questions,
  snapshot,
  zone,
}: {
  readonly questions: readonly AnsweredQuestion[];
  readonly snapshot: Snapshot;
  readonly zone: string;
}) {
  if (questions.length === 0) return null;
  return (
    <Section title="Answered, for the next pass" id="answered" note={String(questions.length)}>
      <ul class="answered">
        {questions.map((question) => (
          <li id={question.id} tabindex={-1}>
            <AnsweredLine question={question} zone={zone} />
            <Correction id={question.id} snapshot={snapshot} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function AnsweredLine({
  question: { question, answer, then },
  zone,
}: {
  readonly question: AnsweredQuestion;
  readonly zone: string;
}) {
  return (
    <>
      <p>
        {'You answered '}
        <strong>{answer}</strong>
        {`. Next pass: ${then}.`}
      </p>
      <p class="note">{lineFor(question, zone)}</p>
    </>
  );
}

/** Until a pass acts on it, an answer can be replaced. */
export function Correction({ id, snapshot }: { readonly id: string; readonly snapshot: Snapshot }) {
  const record = snapshot.record('NOTIFICATION', id);
  return (
    <details class="act">
      <summary>Change the answer</summary>
      <ActionForm
        action="answer"
        fields={{ id, back: `/#${id}` }}
        {...(record === undefined ? {} : { about: record })}
        label={`Change the answer to ${id}`}
      >
        <input
          type="text"
          name="text"
          required
          maxlength={2000}
          autocomplete="off"
          aria-label="The new answer"
        />
        <button type="submit">Send</button>
      </ActionForm>
    </details>
  );
}
