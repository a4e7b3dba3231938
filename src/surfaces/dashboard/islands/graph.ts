/** Scrolls a drawn graph so that what the page is about is in view. */
export {};

for (const graph of document.querySelectorAll<HTMLElement>('.graph')) {
  const middle = graph.querySelector('.middle')?.getBoundingClientRect();
  if (middle === undefined) continue;
  const frame = graph.getBoundingClientRect();
  graph.scrollBy({
    left: middle.left + middle.width / 2 - frame.left - frame.width / 2,
    top: middle.top + middle.height / 2 - frame.top - frame.height / 2,
    behavior: 'instant',
  });
}
