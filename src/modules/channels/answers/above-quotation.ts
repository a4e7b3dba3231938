/** What somebody wrote in a reply: above the quotation, without signatures of programs. */

const QUOTATION = /^(?:>|_{5,}|-{3}.*-{3}$|(?:From|Von|De|Da|Van|发件人|寄件者|差出人)\s?[:：])/u;
const SIGNATURE = /^-- ?$/;
const OF_PROGRAMS =
  /^(?:(?:Sent|Get) (?:from|via|Outlook)|Von meinem .* gesendet|Gesendet (?:von|mit)|Envoyé (?:de|depuis)|Enviado (?:desde|do|a partir)|Inviato da|Verzonden (?:vanaf|met)|发自我的|從我的|.*から送信)/iu;

export function aboveQuotation(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = lines.findIndex((line) => QUOTATION.test(line.trim()) || SIGNATURE.test(line));
  const own = (end === -1 ? lines : lines.slice(0, end)).map((line) => line.trim());
  // The line that introduces a quotation: "On Sunday, Ann wrote:".
  if (end !== -1 && lines[end]?.trim().startsWith('>')) dropIntroduction(own);
  return own
    .filter((line) => !OF_PROGRAMS.test(line))
    .join('\n')
    .trim();
}

/** Programs break it over two lines at most. */
function dropIntroduction(lines: string[]): void {
  while (lines.at(-1) === '') lines.pop();
  const last = lines.at(-1) ?? '';
  if (!/[:：]$/.test(last)) return;
  lines.pop();
  const before = lines.at(-1) ?? '';
  if (/^(?:On|Am|Le|El|Em|Il|Op) .*\d/.test(before)) lines.pop();
}
