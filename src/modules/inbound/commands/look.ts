/** `inbox list`, `inbox show`, `inbox senders`. */
import { fileSystemNow } from '../../../workspace/file-stat.js';
import { inboundPolicy, type KnownSender } from '../../../governance/inbound-policy.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { textOf } from '../kept-message.js';
import { incomingMessages } from '../process.js';
import { readIncomingMessage } from '../read-incoming-message.js';

type Line = {
  readonly id: string;
  readonly state: string;
  readonly channel: string;
  readonly sender: string;
  readonly time: string;
  readonly project: string;
  readonly file: string;
};

export const inboxList: ModuleCommand = {
  summary: 'list messages: new, in quarantine, waiting, delivered',
  forAgents: 'never',
  options: [{ flags: '--all', description: 'include delivered messages' }],
  examples: ['nocturne inbox list', 'nocturne inbox list --all --json'],
  run(context, { options }) {
    const snapshot = context.workspace().snapshot();
    const lines = [...dropped(snapshot), ...quarantined(snapshot), ...messages(snapshot)].filter(
      (line) => options['all'] === true || line.state !== 'delivered',
    );
    const text = lines.map(
      (line) =>
        `${line.id}  ${line.state.padEnd(11)} ${line.time || '-'}  ${line.channel || '-'} ${JSON.stringify(line.sender)}${line.project === '' ? '' : ` -> ${line.project}`}`,
    );
    return {
      exit: EXIT.ok,
      text: text.length === 0 ? 'No messages are waiting.' : text.join('\n'),
      json: { messages: lines },
    };
  },
};

export const inboxShow: ModuleCommand = {
  summary: 'show one message and its source',
  forAgents: 'never',
  args: '<id>',
  examples: ['nocturne inbox show M-0f3a9c2b7d1e4a5f6b7c'],
  run(context, { args }) {
    context.requireOwner('reading messages');
    const snapshot = context.workspace().snapshot();
    const [id = ''] = args;
    const found = [...snapshot.records('MESSAGE'), ...snapshot.records('QUARANTINE')].filter(
      (candidate) => candidate.key === id || (id.length >= 4 && candidate.key.startsWith(id)),
    );
    const [record, other] = found;
    if (record === undefined)
      throw new NocturneError('NOT_FOUND', `there is no message "${id}"`, {
        hint: 'nocturne inbox list --all shows them',
      });
    if (other !== undefined)
      throw new NocturneError('AMBIGUOUS', `"${id}" can mean ${found.length} messages`, {
        hint: found.map((candidate) => candidate.key).join(', '),
      });
    const fields = Object.fromEntries([...record.fields].map(([name, cell]) => [name, cell.value]));
    const text = textOf(snapshot, record);
    const head = Object.entries(fields)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}: ${value}`);
    return {
      exit: EXIT.ok,
      text: [record.file, ...head, '', text].join('\n'),
      json: { id: record.key, file: record.file, fields, text },
    };
  },
};

export const inboxSenders: ModuleCommand = {
  summary: 'list allowed, denied and unknown senders',
  forAgents: 'never',
  examples: ['nocturne inbox senders', 'nocturne inbox senders --json'],
  run(context) {
    const snapshot = context.workspace().snapshot();
    const { channels, senders } = inboundPolicy(snapshot);
    const rows = senders.map(({ channel, sender, verdict, about, from, projects }) => ({
      channel,
      sender,
      verdict,
      about,
      from,
      projects,
    }));
    const text = [
      ...[...channels.values()].map(
        (channel) =>
          `channel ${channel.name}: unknown senders ${channel.unknownSender === 'quarantine' ? 'wait in quarantine' : 'are refused'}; ${channel.trigger}${channel.pattern === '' ? '' : ` /${channel.pattern}/`} engages ${channel.project || 'the project that the message names'}`,
      ),
      ...rows.map(
        (sender) =>
          `${sender.verdict.padEnd(5)} ${sender.channel} ${JSON.stringify(sender.sender)} (${sourceOf(sender)})`,
      ),
    ];
    return {
      exit: EXIT.ok,
      text:
        text.length === 0
          ? 'There are no channels. orchestration-os/OPS-INBOUND.md says how to add one.'
          : text.join('\n'),
      json: { channels: [...channels.values()], senders: rows },
    };
  },
};

function sourceOf({ from, about }: Pick<KnownSender, 'from' | 'about'>): string {
  if (from === 'page') return 'OPS-INBOUND.md';
  return about === 'sender' ? 'your answer' : 'messages that appeared while an agent was working';
}

function dropped(snapshot: Snapshot): readonly Line[] {
  const fileTime = fileSystemNow(snapshot.root);
  return incomingMessages(snapshot).map((entry) => {
    const reading = readIncomingMessage(snapshot, entry, fileTime);
    const state = reading.kind === 'message' ? 'dropped' : reading.kind;
    const message = reading.kind === 'message' ? reading.message : undefined;
    return {
      id: message?.key ?? entry.path,
      state,
      channel: message?.channel ?? '',
      sender: message?.sender ?? '',
      time: message?.time ?? '',
      project: message?.addressedTo ?? '',
      file: entry.path,
    };
  });
}

function quarantined(snapshot: Snapshot): readonly Line[] {
  return snapshot.records('QUARANTINE').map((record) => lineOf(record, 'quarantine'));
}

function messages(snapshot: Snapshot): readonly Line[] {
  return snapshot
    .records('MESSAGE')
    .map((record) =>
      lineOf(
        record,
        fieldText(record, 'state') === 'waiting' && fieldText(record, 'engaged') !== 'true'
          ? 'accumulated'
          : fieldText(record, 'state'),
      ),
    );
}

function lineOf(record: Rec, state: string): Line {
  const field = (name: string): string => fieldText(record, name);
  return {
    id: record.key,
    state,
    channel: field('channel'),
    sender: field('sender'),
    time: field('time'),
    project: field('project'),
    file: record.file,
  };
}
