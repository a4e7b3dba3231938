/** Rule inbound: channels have valid patterns, and channels and senders name existing records. */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { parseTriggerPattern } from '../../project/trigger-pattern.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';

export const inbound: WorkspaceRule = {
  kind: 'workspace',
  id: 'inbound',
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run: (context) => [...channelProblems(context), ...senderProblems(context)],
};

function channelProblems({ snapshot, schema }: WorkspaceContext): Diagnostic[] {
  const object = schema.objects.get('CHANNEL');
  if (object === undefined) return [];
  const projects = snapshot.records('PROJECT').map((project) => project.key);
  return snapshot.records('CHANNEL').flatMap((record): Diagnostic[] => {
    const [trigger, source, project] = ['trigger', 'pattern', 'project'].map((field) =>
      fieldText(record, field),
    );
    const found: Diagnostic[] = [];
    const parsed = trigger === 'pattern' ? parseTriggerPattern(source ?? '') : undefined;
    if (parsed?.kind === 'invalid')
      found.push({
        rule: 'inbound',
        severity: 'error',
        message: `${record.key} never accepts a message, because its pattern is invalid: ${parsed.why}`,
        range: fieldRange(object, record, 'pattern'),
        expected: 'a regular expression',
        actual: source ?? '',
        hint: 'correct it and sign the page; the trigger "always" accepts every message',
      });
    if (project !== undefined && project !== '' && !projects.includes(project))
      found.push({
        rule: 'inbound',
        severity: 'warning',
        message: `${record.key} delivers messages to ${project}, which is not a project, so Nocturne drops them`,
        range: fieldRange(object, record, 'project'),
        actual: project,
        ...meant(project, projects),
      });
    return found;
  });
}

function senderProblems({ snapshot, schema }: WorkspaceContext): Diagnostic[] {
  const object = schema.objects.get('SENDER');
  if (object === undefined) return [];
  const channels = snapshot.records('CHANNEL').map((channel) => fieldText(channel, 'channel'));
  const projects = snapshot.records('PROJECT').map((project) => project.key);
  return snapshot.records('SENDER').flatMap((record): Diagnostic[] => {
    const channel = fieldText(record, 'channel');
    const stray = fieldList(record, 'projects').find((project) => !projects.includes(project));
    return [
      ...(channel === '' || channels.includes(channel)
        ? []
        : [
            {
              rule: 'inbound',
              severity: 'warning' as const,
              message: `${fieldText(record, 'sender')} is a sender on ${channel}, which is not a channel`,
              range: fieldRange(object, record, 'channel'),
              actual: channel,
              ...meant(channel, channels),
            },
          ]),
      ...(stray === undefined
        ? []
        : [
            {
              rule: 'inbound',
              severity: 'warning' as const,
              message: `${fieldText(record, 'sender')} may write to ${stray}, which is not a project`,
              range: fieldRange(object, record, 'projects'),
              actual: stray,
              ...meant(stray, projects),
            },
          ]),
    ];
  });
}

function meant(name: string, names: readonly string[]): { readonly hint?: string } {
  return defined({ hint: didYouMean(name, names) });
}
