/** `roles list`. */
import { EXIT } from '../../../kernel/error.js';
import { rolePages } from '../../../project/rule-page/rule-page.js';
import type { ModuleCommand } from '../../types.js';
import { checksOf, problemsOf } from '../describe-checks.js';

export const rolesList: ModuleCommand = {
  summary: 'list the roles that a step of a plan can have',
  forAgents: 'project',
  examples: ['nocturne roles list', 'nocturne roles list --json'],
  run(context) {
    const roles = rolePages(context.workspace().snapshot());
    return {
      exit: EXIT.ok,
      text:
        roles.length === 0
          ? 'There are no roles. docs/RULES.md says how to write one.'
          : roles
              .map(({ id, title, scope }) =>
                `${id.padEnd(20)} ${title}  ${scope.join(', ')}`.trim(),
              )
              .join('\n'),
      json: {
        roles: roles.map((role) => ({
          id: role.id,
          title: role.title,
          file: role.file,
          scope: role.scope,
          tools: role.tools,
          responsibilities: role.responsibilities,
          must_not: role.must_not,
          escalation: role.escalation,
          checks: checksOf(role),
          problems: problemsOf(role),
        })),
      },
    };
  },
};
