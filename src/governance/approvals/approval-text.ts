/**
 * What the owner reads before answering. Text from an agent is shown so that it cannot pass for
 * ours.
 */
import { createTwoFilesPatch } from 'diff';
import type { Payload } from './approval-payload.js';

/** `hides`: the requester can read the question, but may not see what the target holds. */
export type QuestionAbout = {
  readonly id: string;
  readonly runId: string;
  readonly payload: Payload;
  readonly expires: string;
  readonly hides?: boolean;
};
export type Contents = { readonly before: Buffer | undefined; readonly after: Buffer | undefined };

const MOST_LINES = 40;
const LONGEST_LINE = 160;
const LONGEST_NAME = 200;
/** A diff of larger texts is slow, so only their beginning is shown. */
const MOST_FOR_DIFF = 64 * 1024;

/** One line that begins with the id, by which the answer finds its question. */
export function approvalQuestion({
  id,
  runId,
  payload,
  expires,
  hides = false,
}: QuestionAbout): string {
  return `${id}: ${payload.project === '' ? 'an idle pass' : payload.project} (${runId}) wants to ${deed(payload, hides)}, which is out of its scope. Answer yes to allow exactly this once, or no to refuse it for good; without an answer the question ends at ${expires}.`;
}

/** @param hides says nothing about the present content. */
export function deed(payload: Payload, hides = false): string {
  const [first, second] = payload.targets.map((target) => visible(target.path, LONGEST_NAME));
  const novelty =
    payload.targets[0]?.before === null ? ', a new file' : ', instead of what it holds';
  const held = hides ? '' : novelty;
  switch (payload.action) {
    case 'write':
    case 'edit':
      return `write ${first} (${payload.size ?? 0} bytes${held})`;
    case 'append':
      return `add ${payload.size ?? 0} bytes to ${first}`;
    case 'delete':
      return `delete ${first}`;
    case 'rename':
      return `move ${first} to ${second}${payload.targets[1]?.before === null ? '' : ', which already exists'}`;
    case 'exec':
      return `run ${visible(payload.command ?? (payload.argv ?? []).join(' '), LONGEST_NAME)} in ${visible(payload.cwd === '' || payload.cwd === '.' ? 'the workspace' : payload.cwd, LONGEST_NAME)}, changing ${payload.targets
        .map((target) => visible(target.path, LONGEST_NAME))
        .join(', ')
        .slice(0, LONGEST_NAME)}`;
  }
}

/** Markdown; every line from an agent is indented code. @param most lines of content */
export function approvalBody(
  about: QuestionAbout & { readonly contents: Contents },
  most = MOST_LINES,
): string {
  const { payload, contents, hides = false } = about;
  const env = Object.entries(payload.env).map(([name, value]) => `${name}=${value}`);
  const command =
    payload.action === 'exec'
      ? [
          'The command:',
          '',
          ...code(
            [
              payload.command ?? (payload.argv ?? []).map((word) => JSON.stringify(word)).join(' '),
              ...env,
            ],
            most,
          ),
          '',
        ]
      : [];
  const unseen = payload.targets.some((target) => target.after === 'unseen')
    ? ['What it would write cannot be seen beforehand.', '']
    : [];
  const shown =
    payload.action === 'exec'
      ? []
      : ['What would change:', '', ...code(changed(about, contents), most), ''];
  const elsewhere = `${hides ? 'The present content is not shown here, because the requester may not see it. ' : ''}All of it: nocturne approvals show ${about.id}`;
  return [...command, ...unseen, ...shown, elsewhere].join('\n');
}

function changed({ payload }: QuestionAbout, { before, after }: Contents): readonly string[] {
  const path = payload.targets[0]?.path ?? '';
  if (payload.action === 'rename') return [`${path} -> ${payload.targets[1]?.path ?? ''}`];
  const [old, now] = [before, after].map((bytes) => (bytes === undefined ? '' : textOf(bytes)));
  if (old === undefined || now === undefined) return ['not text'];
  if (old.length + now.length > MOST_FOR_DIFF)
    return (payload.action === 'delete' ? old : now)
      .split('\n')
      .map((line) => `${payload.action === 'delete' ? '-' : '+'}${line}`);
  return createTwoFilesPatch(path, path, old, now, undefined, undefined, { context: 2 })
    .split('\n')
    .slice(4)
    .filter((line) => line !== '');
}

function code(lines: readonly string[], most: number): readonly string[] {
  const shown = lines
    .flatMap((line) => line.split('\n'))
    .map((line) => `    ${visible(line, LONGEST_LINE)}`);
  return shown.length <= most
    ? shown
    : [...shown.slice(0, most), `    … and ${shown.length - most} more lines`];
}

/** Control, format and separator characters as numbers, so that nothing is hidden. */
function visible(text: string, longest: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, (character) =>
    character === '\t' ? '\t' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return plain.length <= longest ? plain : `${plain.slice(0, longest)}…`;
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
