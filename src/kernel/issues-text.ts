type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** What a schema found wrong, in one line. `whole`: the name of the value that was read. */
export function issuesText(issues: readonly Issue[], whole: string): string {
  return issues.map(({ path, message }) => `${path.join('.') || whole}: ${message}`).join('; ');
}
