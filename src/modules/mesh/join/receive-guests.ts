/** The lead answers those who ask to join with an invitation. */
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { joinSubject } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { admit, finishAdmissions } from './admit.js';
import type { JoinAnswer } from './join-request.js';

/** Until the connection is closed. */
export function receiveGuests(
  admin: NatsConnection,
  workspace: Workspace,
  say: (line: string) => void,
): void {
  finishAdmissions(workspace);
  admin.subscribe(joinSubject('*'), {
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify(answerTo(message, workspace, say)));
    },
  });
}

function answerTo(message: Msg, workspace: Workspace, say: (line: string) => void): JoinAnswer {
  const invite = message.subject.split('.').at(-1) ?? '';
  try {
    const { node, roster } = admit(workspace, { invite, request: message.string() });
    say(`${node} has joined the mesh.`);
    return { roster };
  } catch (error) {
    say(`a node was not let in: ${messageOf(error)}`);
    if (error instanceof MeshRefusal) return { refused: error.code, why: error.message };
    return { refused: 'not-allowed', why: 'the lead could not do it; its log says why' };
  }
}
