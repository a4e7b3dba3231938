/** The slider of the time machine: says its time while it moves, and shows it when it is let go. */

const box = document.querySelector<HTMLElement>('.time-machine');
const slide = document.querySelector<HTMLInputElement>('#slide');
const output = box?.querySelector('output');

/** As the server writes it. */
function wall(seconds: number): string {
  const zone = box?.dataset['zone'] ?? 'UTC';
  const clock = { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' } as const;
  return new Intl.DateTimeFormat('sv-SE', clock).format(seconds * 1000);
}

slide?.addEventListener('input', () => {
  const time = wall(Number(slide.value));
  if (output) output.textContent = time;
  slide.setAttribute('aria-valuetext', time);
});
slide?.addEventListener('change', () => slide.form?.requestSubmit());
