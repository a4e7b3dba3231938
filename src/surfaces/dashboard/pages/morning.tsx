/** This morning: what ends an alarm, the night in figures, each question, then what came out. */
import type { Alarm } from '../../../integrity/alarm.js';
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import type { NightFacts } from '../../../passes/manager/night-facts.js';
import type { AnsweredQuestion, OpenQuestion } from '../../../passes/question-facts.js';
import { localTime } from '../../../project/local-time.js';
import { Empty, Section } from '../../../report/html/html.js';
import { Prose } from '../../../report/html/prose.js';
import { Alarms, type ShownIncident } from './morning/alarms.js';
import { Answered } from './morning/answered.js';
import { Figures } from './morning/figures.js';
import { Failures, Progress, Results, Tonight } from './morning/night-lists.js';
import { QuestionCard } from './morning/question-card.js';
import { differencesOfAll } from './morning/question-differences.js';

export type Status = {
  readonly gatePasses: boolean;
  readonly alarms: readonly Alarm[];
  readonly incidents: readonly ShownIncident[];
  readonly questions: readonly OpenQuestion[];
  readonly answered: readonly AnsweredQuestion[];
};
type Briefing = {
  /** Whether nothing has happened since it was written. */
  readonly current: boolean;
  readonly briefing: string;
  readonly written: string | null;
  readonly night: NightFacts;
};

/** Questions with all that they need; the others are on pages of their own. */
const MOST_WHOLE = 12;
const MOST = 100;

export async function morning(context: PageContext): Promise<PageView> {
  const { snapshot, call, zone, canAct } = context;
  const status = (await call('status')).json as unknown as Status;
  const { briefing, current, written, night } = (await call('briefing'))
    .json as unknown as Briefing;
  const { questions, answered } = status;
  const differences = await differencesOfAll(context, questions.slice(0, MOST_WHOLE));
  const now = localTime(snapshot.now.toISOString(), zone);
  return {
    title: 'This morning',
    body: (
      <>
        <Alarms {...status} zone={zone} />
        <p class="note">{`${sinceText(night.since, zone)}, as it is at ${now} (${zone}).`}</p>
        <Figures night={night} questions={questions} />
        <div class="columns">
          <div>
            <Section title="Waiting for you" id="waiting" note={String(questions.length)}>
              {questions.length === 0 ? (
                <Empty>Nothing waits for you.</Empty>
              ) : (
                <Keys canAct={canAct} />
              )}
              {questions.slice(0, MOST).map((question, index) => (
                <QuestionCard
                  question={question}
                  record={snapshot.record('NOTIFICATION', question.id)}
                  differences={differences[index]}
                  zone={zone}
                />
              ))}
              {questions.length <= MOST ? null : (
                <p class="note">{`And ${questions.length - MOST} more, once these are answered.`}</p>
              )}
            </Section>
            <Answered questions={answered} snapshot={snapshot} zone={zone} />
          </div>
          <div>
            <Results results={night.results} />
            <Progress night={night} />
            <Failures night={night} zone={zone} />
            <Tonight lines={night.tonight} zone={zone} />
          </div>
        </div>
        <details class="written">
          <summary>
            {current && written !== null
              ? `The briefing as it was written, ${localTime(written, zone)}`
              : 'The briefing as it would be written now'}
          </summary>
          <Prose text={briefing} from="" />
        </details>
        <script type="module" src="/assets/answers.js" />
      </>
    ),
  };
}

function sinceText(since: string, zone: string): string {
  return Date.parse(since) === 0
    ? 'All passes so far'
    : `All passes since ${localTime(since, zone)}`;
}

function Keys({ canAct }: { readonly canAct: boolean }) {
  if (!canAct) return null;
  return (
    <p class="note keys">
      <kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>y</kbd> yes, <kbd>n</kbd> no, <kbd>/</kbd>{' '}
      your own words, <kbd>?</kbd> all keys
    </p>
  );
}
