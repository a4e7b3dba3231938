/**
 * `inbox drop`: puts a message from a channel's program into the inbox. It commits like everything
 * else, so a message may arrive during a pass.
 */
import { defined } from '../../../kernel/defined.js';
import { renderFrontMatter } from '../../../markdown/render-yaml.js';
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import { readInputText } from '../../../kernel/read-input.js';
import type { Value } from '../../../markdown/types.js';
import type { ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { MAX_BYTES } from '../read-incoming-message.js';

export const inboxDrop: ModuleCommand = {
  summary: 'put one message into the inbox, for a program that listens to a channel',
  forAgents: 'never',
  options: [
    { flags: '--channel <name>', description: 'a channel of OPS-INBOUND.md' },
    { flags: '--sender <name>', description: 'the sender, as authenticated by the channel' },
    { flags: '--thread <name>', description: 'the conversation that it belongs to' },
    { flags: '--id <id>', description: "the channel's id of the message" },
    { flags: '--to <project>', description: "a project, instead of the channel's" },
    { flags: '--time <time>', description: 'when it was sent (default: now)' },
    { flags: '--mention', description: 'it addresses the agent' },
    { flags: '--file <file>', description: 'the text; - for standard input' },
  ],
  examples: [
    'echo "Is it done?" | nocturne inbox drop --channel chat --sender alice@example.org --file -',
  ],
  run(context, { options }) {
    context.requireOwner('putting a message into the inbox');
    const workspace = context.workspace();
    const { actor } = context.acting();
    const option = (name: string): string =>
      typeof options[name] === 'string' ? options[name] : '';
    for (const name of ['channel', 'sender', 'file'])
      if (option(name) === '')
        throw new NocturneError('USAGE', `--${name} is missing`, { hint: `give --${name}` });
    const text = readText(context, options);
    let path = '';
    workspace.commit((snapshot) => {
      const fields: Record<string, Value> = {
        channel: option('channel'),
        sender: option('sender'),
        ...defined({
          thread: option('thread') || undefined,
          id: option('id') || undefined,
          to: option('to') || undefined,
        }),
        time: option('time') || stamp(snapshot.now),
        mention: options['mention'] === true,
      };
      const content = `---\n${renderFrontMatter(fields)}---\n${text}`;
      path = `inbox/${stamp(snapshot.now).replace(/[-:]/g, '')}-${sha256(content).slice(0, 12)}.md`;
      return {
        actor,
        runId: '',
        reason: 'message received',
        changes: [{ kind: 'write', path, content }],
        audit: [
          {
            step: '',
            type: 'inbound',
            target: path,
            authorisation: actor.name,
            result: 'dropped',
            detail: '',
          },
        ],
      };
    });
    return { exit: EXIT.ok, text: path, json: { file: path } };
  },
};

function readText(context: ModuleCommandContext, options: Parsed['options']): string {
  const hint = '--file is the path of a file with the text, or - for standard input';
  const text = readInputText({ cwd: context.cwd, file: String(options['file']), hint });
  const length = Buffer.byteLength(text);
  if (length > MAX_BYTES)
    throw new NocturneError(
      'REFUSED',
      `the message has ${length} bytes; at most ${MAX_BYTES} are accepted`,
    );
  return text.replace(/^\ufeff/, '');
}
