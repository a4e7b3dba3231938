/** Rows of the mesh log about calls. What is refused is on record, a flood of it once. */
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { eventChange, type MeshEvent } from '../log/mesh-log.js';

export type CallEvent = Pick<MeshEvent, 'hash' | 'why'> & {
  readonly event:
    | 'call-sent'
    | 'call-answered'
    | 'call-not-answered'
    | 'call-taken'
    | 'call-done'
    | 'call-refused'
    | 'call-late'
    | 'message-refused'
    | 'join-refused';
  readonly node: string;
  /** Empty: of no call. */
  readonly call: string;
};
type Window = { readonly since: number; readonly count: number };

const WINDOW_MS = 60_000;
/** Refusals of one node in a minute; more are not written. */
const MOST_REFUSALS = 20;
const LONGEST_WHY = 300;

export class CallLog {
  readonly #workspace: Workspace;
  readonly #say: (line: string) => void;
  readonly #refusals = new Map<string, Window>();

  constructor(workspace: Workspace, say: (line: string) => void) {
    this.#workspace = workspace;
    this.#say = say;
  }

  write(event: CallEvent): void {
    const why = event.why?.slice(0, LONGEST_WHY) ?? '';
    try {
      this.#workspace.commit(({ now }) => ({
        actor: { kind: 'nocturne', name: 'mesh' },
        runId: '',
        reason: `mesh: ${event.event} ${event.node}`,
        changes: [eventChange({ ...event, why }, now)],
      }));
    } catch (error) {
      this.#say(`${event.event} of ${event.node} is not on record: ${messageOf(error)}`);
    }
  }

  /** @param event its node: one of the mesh, or empty for those that ask to join. */
  refused(event: CallEvent): void {
    const now = performance.now();
    const before = this.#refusals.get(event.node);
    const isOver = before === undefined || now - before.since > WINDOW_MS;
    const window = isOver ? { since: now, count: 1 } : { ...before, count: before.count + 1 };
    this.#refusals.set(event.node, window);
    if (window.count > MOST_REFUSALS) return;
    const note = window.count === MOST_REFUSALS ? '; more of this minute are not written' : '';
    this.write({ ...event, why: `${event.why ?? ''}${note}` });
  }
}
