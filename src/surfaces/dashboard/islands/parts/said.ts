/** The line at the bottom of the page, which screen readers read out. */

/** It may cover a part of the page, and what a form has done also stands at the top. */
const SHOWN_MS = 10_000;
let shown: number | undefined;

export function said(text: string): void {
  const line = document.querySelector('#said');
  if (line !== null) line.textContent = text;
  clearTimeout(shown);
  if (text !== '') shown = window.setTimeout(() => said(''), SHOWN_MS);
}
