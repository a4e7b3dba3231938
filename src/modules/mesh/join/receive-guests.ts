/** The lead answers those who ask to join with an invitation. */
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { CallLog } from '../calls/call-log.js';
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
  const log = new CallLog(workspace, say);
  admin.subscribe(joinSubject('*'), {
    callback: (error, message) => {
      if (error === null)
        message.respond(JSON.stringify(answerTo(message, { workspace, say, log })));
    },
  });
}

function answerTo(
  message: Msg,
  {
    workspace,
    say,
    log,
  }: {
    readonly workspace: Workspace;
    readonly say: (line: string) => void;
    readonly log: CallLog;
  },
): JoinAnswer {
  const invite = message.subject.split('.').at(-1) ?? '';
  try {
    const { node, roster } = admit(workspace, { invite, request: message.string() });
    say(`${node} has joined the mesh.`);
    return { roster };
  } catch (error) {
    const why = `with the invitation ${invite.slice(0, 40)}: ${messageOf(error)}`;
    say(`a node was not let in ${why}`);
    log.refused({ event: 'join-refused', node: '', call: '', why });
    if (error instanceof MeshRefusal) return { refused: error.code, why: error.message };
    return { refused: 'not-allowed', why: 'the lead could not do it; its log says why' };
  }
}
