/** NOTIFICATIONS.md with open questions to the owner. */

/** @param texts what each asks, of the project `pages`; their ids end with -001, -002 … */
export function questionsPage(texts: readonly string[]): string {
  const questions = texts.map(
    (text, i) => `### ${questionId(i + 1)} ${text.slice(0, 40)}

- **Time:** 2026-11-20T21:00:00Z
- **Priority:** high
- **Kind:** escalation
- **Project:** pages
- **Action needed:** ${text}
- **Status:** open
- **Answer:** -
- **Topic:** decision

${text}
`,
  );
  return `# Notifications

## Briefing

- **Time:** -

No pass has run yet.

## Inbox

${questions.join('\n')}`;
}

export function questionId(number: number): string {
  return `N-20261120-${String(number).padStart(3, '0')}`;
}
