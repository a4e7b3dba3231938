/** What a run keeps while it works, so that a later pass can go on where it stopped. */
import type { ToolCall } from './chat-answer.js';

/** One step of a conversation. Each is durable before what follows from it is done. */
export type TalkEntry =
  /** `masked`: a call held a credential, which is not kept, so it cannot be made later. */
  | {
      readonly kind: 'answer';
      readonly content: string;
      readonly calls: readonly ToolCall[];
      readonly masked?: true;
    }
  | { readonly kind: 'calling'; readonly id: string }
  | { readonly kind: 'result'; readonly id: string; readonly text: string }
  | { readonly kind: 'say'; readonly text: string };

/** `prompt`: with which the conversation began. The new run's own prompt follows the entries. */
export type KeptTalk = {
  readonly kind: 'talk';
  readonly prompt: string;
  readonly entries: readonly TalkEntry[];
};
/** The runner's own session, by the id that it gave. `prompt`: for a start without it. */
export type KeptSession = {
  readonly kind: 'session';
  readonly id: string;
  readonly prompt: string;
};

/** Calls of the last answer that have no result. `begun`: nobody knows how far it came. */
export type OpenCall = ToolCall & { readonly begun: boolean; readonly masked: boolean };

export function openCalls(entries: readonly TalkEntry[]): readonly OpenCall[] {
  const at = entries.findLastIndex(({ kind }) => kind === 'answer');
  const answer = entries[at];
  if (answer?.kind !== 'answer') return [];
  const after = entries.slice(at + 1);
  const ids = (kind: 'calling' | 'result'): ReadonlySet<string> =>
    new Set(after.flatMap((entry) => (entry.kind === kind ? [entry.id] : [])));
  const [begun, ended] = [ids('calling'), ids('result')];
  return answer.calls
    .filter(({ id }) => !ended.has(id))
    .map((call) => ({ ...call, begun: begun.has(call.id), masked: answer.masked === true }));
}
