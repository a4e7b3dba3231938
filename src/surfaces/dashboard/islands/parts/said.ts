/** The line at the bottom of the page, which screen readers read out. */

export function said(text: string): void {
  const line = document.querySelector('#said');
  if (line !== null) line.textContent = text;
}
