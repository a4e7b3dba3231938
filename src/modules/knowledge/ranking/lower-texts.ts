/** Passages in lower case, cached during a search. */
import { type Db, prepared } from '../store/database.js';

export type LowerTexts = (id: number) => { readonly headings: string; readonly text: string };

export function lowerTexts(db: Db): LowerTexts {
  const read = new Map<number, ReturnType<LowerTexts>>();
  const select = prepared(db, 'SELECT headings, text FROM chunks WHERE id = ?');
  return (id) => {
    let passage = read.get(id);
    if (passage === undefined) {
      const { headings, text } = select.get(id) as { headings: string; text: string };
      read.set(id, (passage = { headings: headings.toLowerCase(), text: text.toLowerCase() }));
    }
    return passage;
  };
}
