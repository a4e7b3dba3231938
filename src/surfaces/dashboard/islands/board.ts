/** Dragging a card to another column: presses the button of the card that does the same. */
export {};

let dragged: HTMLElement | null = null;

function columnOf(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest('[data-moves]') : null;
}

function tableOf(column: HTMLElement, name: 'moves' | 'refusals'): Record<string, string> {
  return JSON.parse(column.dataset[name] ?? '{}') as Record<string, string>;
}

/** Each column says whether it takes the card. */
function mark(card: HTMLElement | null): void {
  for (const column of document.querySelectorAll<HTMLElement>('[data-moves]')) {
    const action = card && tableOf(column, 'moves')[card.dataset['status'] ?? ''];
    column.classList.toggle('takes', typeof action === 'string');
    column.classList.toggle('refuses', card !== null && typeof action !== 'string');
  }
}

document.addEventListener('dragstart', (event) => {
  const card = event.target instanceof Element ? event.target.closest('[data-slug]') : null;
  if (!(card instanceof HTMLElement)) return;
  dragged = card;
  event.dataTransfer?.setData('text/plain', card.dataset['slug'] ?? '');
  mark(card);
});
document.addEventListener('dragend', () => {
  dragged = null;
  mark(null);
});
document.addEventListener('dragover', (event) => {
  if (dragged !== null && columnOf(event) !== null) event.preventDefault();
});
document.addEventListener('drop', (event) => {
  const column = columnOf(event);
  if (dragged === null || column === null) return;
  event.preventDefault();
  const from = dragged.dataset['status'] ?? '';
  if (column.dataset['status'] === from) return;
  const action = tableOf(column, 'moves')[from];
  const button = dragged.querySelector<HTMLButtonElement>(`[formaction="/act/${action ?? ''}"]`);
  if (button !== null) return button.click();
  const refusal = document.querySelector<HTMLElement>('#refusal');
  if (refusal === null) return;
  refusal.textContent = `${dragged.dataset['slug'] ?? ''} stays where it is. ${tableOf(column, 'refusals')[from] ?? ''}`;
  refusal.hidden = false;
});
