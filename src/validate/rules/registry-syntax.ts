/** Rules registry-syntax and bundle-invalid: REGISTRY.md can be read. */
import type { WorkspaceRule } from '../rule.js';

export const registrySyntax: WorkspaceRule = schemaRule('registry-syntax');
export const bundleInvalid: WorkspaceRule = schemaRule('bundle-invalid');

function schemaRule(id: string): WorkspaceRule {
  return {
    kind: 'workspace',
    id,
    severity: 'error',
    suppressible: 'never',
    run: ({ snapshot }) =>
      snapshot.schemaDiagnostics.filter((diagnostic) => diagnostic.rule === id),
  };
}
