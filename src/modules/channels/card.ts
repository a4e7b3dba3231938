/** What a channel says about a question: the text, its evidence in five lines, how to answer. */
import { withoutSecrets } from '../../governance/guard/secrets.js';
import { showControl } from '../../kernel/show-control.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { singleWords } from '../../project/question-state.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Channel, Settings } from './owner-channel.js';
import type { Outgoing } from './kinds/connection.js';
import { orWrite, questionCode, questionHash } from './question-code.js';

export const EVIDENCE_LINES = 5;
const MOST_LINE = 160;
const MOST_QUESTION = 600;

export type CardContext = {
  readonly snapshot: Snapshot;
  readonly channel: Channel;
  readonly settings: Settings;
  readonly key: string;
};

export function questionMessage(context: CardContext, question: Rec): Outgoing {
  const { snapshot, channel, settings, key } = context;
  const about = question.key;
  const hash = questionHash(snapshot, question);
  const code = questionCode(key, channel, { about, hash });
  const project = fieldText(question, 'project');
  const asked = clipped(plain(fieldText(question, 'action_needed')), MOST_QUESTION);
  const evidence = evidenceOf(fieldText(question, 'body'));
  const link = settings.dashboard === '' ? undefined : `${settings.dashboard}/#${about}`;
  const how = howToAnswer(context, question, code);
  const text = [
    asked,
    ...(evidence.length === 0 ? [] : ['', ...evidence]),
    '',
    ...how.lines,
    ...(link === undefined ? [] : [link]),
  ].join('\n');
  const priority = fieldText(question, 'priority');
  const place = project === '' ? '' : `, ${plain(project)}`;
  return {
    id: `${about.replace(/[^\w.-]/g, '_')}-${hash.slice(0, 16)}`,
    about,
    title: `${about} (${priority}${place})`,
    text,
    priority,
    time: snapshot.now.getTime(),
    ...(how.byWord ? { code } : {}),
    ...(link === undefined ? {} : { link }),
  };
}

/** Why no channel, or not this one, may answer this question; nothing if it may. */
export function notAnswerable(
  { channel, settings }: Pick<CardContext, 'channel' | 'settings'>,
  question: Rec,
): string | undefined {
  const classes = [fieldText(question, 'kind'), fieldText(question, 'priority')];
  const barred = classes.find((name) => settings.unanswered.includes(name));
  if (barred !== undefined) return `questions of class ${barred} are answered on no channel`;
  const here = classes.find((name) => channel.unanswered.includes(name));
  return here === undefined
    ? undefined
    : `questions of class ${here} are not answered on this channel`;
}

const LISTENS: ReadonlySet<Channel['kind']> = new Set(['email', 'telegram', 'slack']);

/** Whether this channel reads answers at all. */
export function listens({ kind, senders }: Channel): boolean {
  return LISTENS.has(kind) && senders.length > 0;
}

function howToAnswer(
  context: CardContext,
  question: Rec,
  code: string,
): { readonly lines: readonly string[]; readonly byWord: boolean } {
  const { channel, snapshot } = context;
  const words = singleWords(snapshot, question);
  const atHome = `nocturne answer ${question.key} "your answer"`;
  const barred = notAnswerable(context, question);
  if (!listens(channel)) return { lines: [`To answer: ${atHome}`], byWord: false };
  if (barred !== undefined) return { lines: [`To answer: ${atHome} (${barred})`], byWord: false };
  if (words.length === 0)
    return { lines: [`One word does not answer this. ${atHome}`], byWord: false };
  const either = words.join(' or ');
  const word = words[0] ?? 'yes';
  switch (channel.kind) {
    case 'email':
      return {
        lines: [`To answer, reply to this e-mail with one word: ${either}.`],
        byWord: true,
      };
    case 'telegram':
      return {
        lines: [
          `To answer, reply to this message with one word: ${either}. ${orWrite(word, code)}`,
        ],
        byWord: true,
      };
    default:
      return {
        lines: [`To answer, write one word (${either}) and the code: ${word} ${code}`],
        byWord: true,
      };
  }
}

/** The first lines that say something, without marks of lists. */
export function evidenceOf(body: string): readonly string[] {
  const lines = plain(body)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const shown = lines.slice(0, EVIDENCE_LINES).map((line) => clipped(line, MOST_LINE));
  const more = lines.length - shown.length;
  if (more === 0) return shown;
  return [
    ...shown.slice(0, EVIDENCE_LINES - 1),
    `… and ${more + 1} more lines in NOTIFICATIONS.md`,
  ];
}

/** Agents wrote it: no credentials, and no characters that change how the rest is read. */
export function plain(text: string): string {
  return text
    .split('\n')
    .map((line) => showControl(withoutSecrets(line)))
    .join('\n');
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
