/** Credentials in what a pass added, found by the scanner of the guard. */
import type { RuleFinding } from '../../../governance/rule-finding.js';
import { findSecrets } from '../../../validate/find-secrets.js';
import { textBefore, wholeTexts } from './changed-text.js';
import type { Examining } from './examine.js';
import { about, placeOf } from './patterns.js';

/** A credential that was in the file before is not this change's doing. */
export function secretsIn({ page, changes }: Examining): readonly RuleFinding[] {
  const { secrets: effect } = page;
  if (effect === undefined) return [];
  return changes.flatMap((change): readonly RuleFinding[] => {
    for (const { text, lines } of wholeTexts(change)) {
      const before = textBefore(change);
      const added = findSecrets(text).find(
        ({ start, end }) => !before.includes(text.slice(start, end)),
      );
      if (added === undefined) continue;
      const message = `what looks like a credential (${added.rule}) was added`;
      return [{ ...about(page, effect, message), file: placeOf(change), line: lines(added.start) }];
    }
    return [];
  });
}
