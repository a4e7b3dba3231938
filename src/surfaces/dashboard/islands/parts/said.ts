/** The line at the bottom of the page, which screen readers read out. */

/** It may cover a part of the page. What a form has done is also at the top, and stays there. */
const SHOWN_MS = 10_000;
let shown: number | undefined;

export function said(text: string): void {
  const line = document.querySelector('#said');
  if (line !== null) line.textContent = text;
  clearTimeout(shown);
  if (text !== '') shown = window.setTimeout(() => said(''), SHOWN_MS);
}
