/**
 * Module inbound: sorts messages from outside before a worker pass chooses its project, quotes them
 * in the brief of the project's next pass, and marks them when that pass is recorded.
 */
import { fileSystemNow } from '../../workspace/file-stat.js';
import { bundleChanges } from '../../workspace/bundle.js';
import { nextId } from '../../workspace/ids.js';
import type { Module } from '../types.js';
import { messageFragment, sourceOf, waitingMessages } from './brief-messages.js';
import { inboxDrop } from './commands/drop.js';
import { inboxList, inboxSenders, inboxShow } from './commands/look.js';
import { inboxProcess } from './commands/process.js';
import { processInbox } from './process.js';

export const module: Module = {
  name: 'inbound',
  // The pass that will read the messages accepts them at T1.
  onChange: () => undefined,
  before: ({ snapshot, state, step }) =>
    processInbox({
      snapshot,
      step,
      fileTime: fileSystemNow(snapshot.root),
      nextQuestion: () => nextId(snapshot, state, 'N'),
    }),
  fragments: ({ snapshot, project }) =>
    project === undefined
      ? []
      : waitingMessages(snapshot, project).map((record) => messageFragment(snapshot, record)),
  recorded({ snapshot, project, runId, used }) {
    if (project === undefined) return undefined;
    const read = snapshot
      .records('MESSAGE')
      .filter(
        (record) => record.fields.get('state')?.value === 'waiting' && used.has(sourceOf(record)),
      );
    if (read.length === 0) return undefined;
    const changes = read.flatMap(
      (record) =>
        bundleChanges(snapshot, 'message_deliver', { key: record.key, run_id: runId }).changes,
    );
    return {
      reason: 'messages delivered',
      bundle: 'message_deliver',
      changes,
      audit: read.map((record) => ({
        step: 'T6',
        type: 'message_deliver',
        target: record.key,
        authorisation: '',
        result: 'ok',
        detail: project,
      })),
    };
  },
  commands: {
    'inbox list': inboxList,
    'inbox show': inboxShow,
    'inbox process': inboxProcess,
    'inbox senders': inboxSenders,
    'inbox drop': inboxDrop,
  },
};
