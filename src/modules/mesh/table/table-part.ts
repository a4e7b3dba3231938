/** Roundtables as a part of the mesh: each that is begun goes on until its chair has summed up. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import type { TurnAsker } from '../circling/ask-turn.js';
import { readReflection } from '../circling/read-turn.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { keepTextIn } from '../text-folder.js';
import type { Table, TableEvent } from './table.js';
import { appendTable, readTable, tableSessions, tablesDirectory } from './table-list.js';
import { transcriptOf, writeTranscript } from './transcript.js';

const LOOK_MS = 1_000;

export class TablePart implements Part {
  readonly #asker: TurnAsker;
  readonly #running = new Map<string, Promise<void>>();
  readonly #done = new Set<string>();

  constructor(asker: TurnAsker) {
    this.#asker = asker;
  }

  begin(): void {
    this.#running.clear();
  }

  async run(node: LiveNode, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const session of tableSessions(node.workspace.state))
        if (!this.#done.has(session) && !this.#running.has(session))
          this.#running.set(session, this.#speak(node, session, signal));
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    await Promise.all(this.#running.values());
  }

  async #speak(node: LiveNode, session: string, signal: AbortSignal): Promise<void> {
    const { workspace } = node;
    try {
      let table = readTable(workspace.state, session);
      while (table.floor !== undefined && !signal.aborted) {
        const event = await this.#turn(node, table, signal);
        if (event === undefined) break;
        table = appendTable(workspace.state, session, { time: workspace.clock.now(), event });
      }
      if (table.floor === undefined) {
        writeTranscript(workspace, table);
        this.#done.add(session);
      }
    } catch (error) {
      node.say(`table ${session} does not go on: ${messageOf(error)}`);
    } finally {
      this.#running.delete(session);
    }
  }

  /** Nothing: this node ends, and asks again when it is back. */
  async #turn(node: LiveNode, table: Table, signal: AbortSignal): Promise<TableEvent | undefined> {
    const { settings, turn, floor = '' } = table;
    const { session, topic, chair, turnMs } = settings;
    const { workspace } = node;
    const said = transcriptOf(workspace.state, table);
    const texts = said === '' ? [topic] : [topic, said];
    const body = {
      ...{ session, place: `${turn}`, remark: '', problem: '', handsIn: [] },
      role: floor === chair ? ('chair' as const) : ('speaker' as const),
      sections: [
        { heading: 'The topic', sha256: sha256(topic) },
        ...(said === '' ? [] : [{ heading: 'What was said', sha256: sha256(said) }]),
      ],
    };
    const asked = { to: floor, body, texts, key: `${session}-${turn}-${floor}`, turnMs };
    const answer = await this.#asker.ask(node, asked, signal);
    const who = { node: floor, turn };
    if (answer.kind === 'silent')
      return signal.aborted ? undefined : { kind: 'passed', ...who, why: answer.why };
    const speech = keepTextIn(tablesDirectory(workspace.state), session, answer.text);
    const { summary, vote } = readReflection(answer.text);
    const voted = vote === undefined ? {} : { vote };
    return { kind: 'spoke', ...who, sha256: speech, summary, ...voted, usage: answer.usage };
  }
}
