/** One question on a page of its own, also when it is answered or done. */
import { NocturneError } from '../../../kernel/error.js';
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { fieldText } from '../../../project/field-text.js';
import { lineFor } from '../../../project/page-text.js';
import { Section } from '../../../report/html/html.js';
import { Prose } from '../../../report/html/prose.js';
import type { Status } from './morning.js';
import { AnsweredLine, Correction } from './morning/answered.js';
import { QuestionCard } from './morning/question-card.js';
import { differencesOf } from './morning/question-differences.js';

export async function question(context: PageContext): Promise<PageView> {
  const { snapshot, call, params, zone } = context;
  const id = params['id'] ?? '';
  const record = snapshot.record('NOTIFICATION', id);
  if (record === undefined)
    throw new NocturneError('NOT_FOUND', `there is no question ${id}`, {
      hint: 'it may be done and in the archive: orchestration-os/NOTIFICATIONS-ARCHIVE.md',
    });
  const { questions, answered } = (await call('status')).json as unknown as Status;
  const open = questions.find((candidate) => candidate.id === id);
  const given = answered.find((candidate) => candidate.id === id);
  return {
    title: id,
    body: (
      <>
        {open === undefined ? null : (
          <Section title="Waiting for you">
            <QuestionCard
              question={open}
              record={record}
              differences={await differencesOf(context, open)}
              zone={zone}
            />
          </Section>
        )}
        {given === undefined ? null : (
          <article class="card">
            <AnsweredLine question={given} zone={zone} />
            <Correction id={id} snapshot={snapshot} />
          </article>
        )}
        {open === undefined && given === undefined ? (
          <article class="card">
            <h2>{lineFor(fieldText(record, 'action_needed'), zone)}</h2>
            <p>{`It is done: ${fieldText(record, 'answer') || 'a pass has handled it'}.`}</p>
            <Prose text={fieldText(record, 'body')} from="" />
          </article>
        ) : null}
        <script type="module" src="/assets/answers.js" />
      </>
    ),
  };
}
