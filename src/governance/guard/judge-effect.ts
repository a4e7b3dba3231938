/** Whether one effect on files may happen: route and scope, contract, writers, secrets. */
import { checkContract, checkWriters } from './contract.js';
import type { Judging, Verdicts } from './decide-types.js';
import { guestReasons, routeReasons } from './route.js';
import { secretReasons } from './secrets.js';
import { targetsOf, type ProposedEffect, type ProposedTarget } from './targets.js';
import type { Authority, Reason } from '../types.js';

export function judgeEffect(context: Judging, effect: ProposedEffect, verdicts: Verdicts): void {
  for (const target of targetsOf(context, effect)) {
    verdicts.reasons.push(...target.reasons);
    if (target.path !== undefined) judgeTarget(context, { ...target, path: target.path }, verdicts);
  }
}

function judgeTarget(
  context: Judging,
  target: ProposedTarget & { readonly path: string },
  verdicts: Verdicts,
): void {
  const { snapshot, authority, options } = context;
  const { path, op } = target;
  if (op === 'mkdir' && target.existing?.kind === 'directory') return;
  verdicts.paths.push(path);
  options.seen?.({ path, op, after: target.after, unseen: target.unseen });
  if (authority.kind === 'guest') verdicts.reasons.push(...guestReasons(snapshot, { path, op }));
  if (authority.kind === 'pass') {
    for (const reason of routeReasons(snapshot, authority, { path, op })) {
      const authorisation = reason.code === 'out-of-scope' ? options.authorise?.(path) : undefined;
      if (authorisation === undefined) verdicts.reasons.push(reason);
      else verdicts.used.add(authorisation);
    }
  }
  if (op === 'mkdir' || op === 'mode') return;
  if (op === 'delete') {
    verdicts.texts.set(path, undefined);
    if (authority.kind === 'pass' || authority.kind === 'guest')
      verdicts.reasons.push(
        ...checkWriters(snapshot, path, undefined).filter(mattersTo(authority)),
      );
    return;
  }
  judgeContent(context, target, verdicts);
}

function judgeContent(
  context: Judging,
  target: ProposedTarget & { readonly path: string },
  verdicts: Verdicts,
): void {
  const { snapshot, authority } = context;
  const { path, after } = target;
  const markdown = /\.(?:md|markdown)$/i.test(path);
  if (after === undefined) {
    if (target.unseen && authority.kind !== 'owner' && snapshot.objectsOf(path).length > 0)
      verdicts.reasons.push({
        code: 'contract',
        message: `${path} holds records, and what the command would write cannot be seen; use the write or edit tool`,
      });
    return;
  }
  const text = decode(after);
  if (text === undefined) {
    if (markdown)
      verdicts.reasons.push({ code: 'not-utf8', message: `${path} would not be UTF-8 text` });
    verdicts.reasons.push(...secretReasons(Buffer.from(after).toString('latin1'), path));
    return;
  }
  verdicts.texts.set(path, text);
  verdicts.reasons.push(...secretReasons(text, path, snapshot.text(path) ?? ''));
  const contract = checkContract(snapshot, path, text);
  verdicts.diagnostics.push(...contract.diagnostics);
  verdicts.broken.push(...contract.reasons);
  if (authority.kind === 'owner') return;
  verdicts.reasons.push(
    ...contract.reasons,
    ...(authority.kind === 'pass' ? checkWriters(snapshot, path, text) : []),
  );
}

/**
 * A guest sits with a person, who may change what is the owner's; what only bundles write is for
 * nobody's hand.
 */
function mattersTo(authority: Authority): (reason: Reason) => boolean {
  return (reason) => authority.kind !== 'guest' || reason.code !== 'field-writer';
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
