/** This morning: the briefing, and what waits for the owner. */
import { ActionForm, Empty, Section } from '../../../report/html/html.js';
import { Prose } from '../../../report/html/prose.js';
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { isOpenQuestion } from '../../../project/question-state.js';
import { fieldText } from '../../../project/field-text.js';

export async function morning({ snapshot, call }: PageContext): Promise<PageView> {
  const { json } = await call('briefing');
  const { briefing } = json as { readonly briefing: string };
  const questions = snapshot
    .records('NOTIFICATION')
    .filter((question) => isOpenQuestion(snapshot, question));
  return {
    title: 'This morning',
    body: (
      <>
        <Section title="Waiting for you" note={String(questions.length)}>
          {questions.length === 0 ? <Empty>Nothing waits for you.</Empty> : null}
          {questions.map((question) => (
            <article class="card" id={question.key}>
              <h3>{fieldText(question, 'action_needed')}</h3>
              <p class="note">{`${question.key}, ${fieldText(question, 'project')}`}</p>
              <ActionForm
                action="answer"
                fields={{ id: question.key, back: '/' }}
                about={question}
                label={`Answer ${question.key}`}
              >
                <button type="submit" name="text" value="yes">
                  Yes
                </button>
                <button type="submit" name="text" value="no">
                  No
                </button>
              </ActionForm>
            </article>
          ))}
        </Section>
        <Section title="The night">
          <Prose text={briefing} />
        </Section>
      </>
    ),
  };
}
