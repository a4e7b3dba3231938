/** Rows of `audit/mesh-log.jsonl` about calls. What is refused is on record, a flood of it once. */
import { messageOf } from '../../../kernel/error.js';
import type { Fields, Workspace } from '../../../workspace/types.js';

export type CallEvent = {
  readonly event:
    | 'call-sent'
    | 'call-answered'
    | 'call-not-answered'
    | 'call-taken'
    | 'call-done'
    | 'call-refused'
    | 'call-late';
  readonly node: string;
  readonly call: string;
  /** SHA-256 of the request, or of a late answer. */
  readonly hash?: string;
  readonly why?: string;
};

const WINDOW_MS = 60_000;
/** Refusals of one node in a minute; more are counted, not written. */
const MOST_REFUSALS = 20;
const LONGEST_WHY = 300;

export class CallLog {
  readonly #workspace: Workspace;
  readonly #say: (line: string) => void;
  readonly #refusals = new Map<string, { since: number; count: number }>();

  constructor(workspace: Workspace, say: (line: string) => void) {
    this.#workspace = workspace;
    this.#say = say;
  }

  write(event: CallEvent): void {
    try {
      this.#workspace.commit((snapshot) => ({
        actor: { kind: 'nocturne', name: 'mesh' },
        runId: '',
        reason: `${event.event} ${event.node}`,
        changes: [
          {
            kind: 'append',
            object: 'MESH-EVENT',
            fields: {
              schema: 1,
              time: snapshot.now.toISOString(),
              ...event,
              ...(event.why === undefined ? {} : { why: event.why.slice(0, LONGEST_WHY) }),
            } as Fields,
          },
        ],
      }));
    } catch (error) {
      this.#say(`${event.event} of ${event.node} is not on record: ${messageOf(error)}`);
    }
  }

  /** @param node as the refused message says, whoever sent it. */
  refused(event: Omit<CallEvent, 'event'>): void {
    const now = performance.now();
    const known = this.#refusals.get(event.node);
    const window =
      known === undefined || now - known.since > WINDOW_MS ? { since: now, count: 0 } : known;
    window.count += 1;
    this.#refusals.set(event.node, window);
    if (window.count < MOST_REFUSALS) this.write({ event: 'call-refused', ...event });
    else if (window.count === MOST_REFUSALS)
      this.write({
        event: 'call-refused',
        ...event,
        why: `${event.why ?? ''}; more of this minute are not written`,
      });
  }
}
