/** Answers as people write them, in nine languages: read where they are clear, left open elsewhere. */
import t from 'tap';
import { readAnswer, type Verdict } from '../../src/governance/verdict.js';

type Answers = Readonly<Record<Verdict, readonly string[]>>;
const ANSWERS: Readonly<Record<string, Answers>> = {
  English: {
    yes: [
      'Yes please',
      'ok go',
      'go ahead',
      '[x] yes',
      '[x]',
      'yes 👍',
      '👍',
      '👍🏽',
      '✅',
      '- yes',
      '**yes**',
      'Answer: yes',
      'Yes, thank you!',
      'sounds good',
      'Yeah, sure',
      'do it',
      'OK.',
      '> yes',
      'please do',
      'yes\n',
    ],
    no: [
      'no thanks',
      'No, thank you.',
      '👎',
      '❌ no',
      "please don't",
      'Don’t do it',
      'nope',
      '- no',
      'no way!',
      'Absolutely not.',
    ],
    text: [
      'yes but only on Sundays',
      'yes, if it is cheap',
      'yes?',
      'yes or no?',
      'yes no',
      'no problem',
      'not sure',
      '[ ] yes',
      'please',
      'maybe later',
      'ok, but wait until Monday',
      'nothing',
      'yes, unless it costs more',
      'thanks',
    ],
  },
  German: {
    yes: ['ja', 'Ja, bitte!', 'Jawohl', 'gerne', 'Klar, mach das', 'einverstanden', 'ok danke'],
    no: ['nein', 'Nein danke', 'lieber nicht', 'nö'],
    text: ['ja, aber erst morgen', 'vielleicht', 'jaja nein', 'bitte', 'ja?'],
  },
  French: {
    yes: ['oui', "d'accord", 'Oui, merci', 'vas-y', "Oui, s'il vous plaît", 'bien sûr'],
    no: ['non', 'Non merci', 'pas question'],
    text: ['oui mais pas maintenant', 'peut-être', 'oui, si c’est gratuit'],
  },
  Spanish: {
    yes: ['sí', 'Si, por favor', 'vale', 'de acuerdo', 'Claro que sí', 'adelante'],
    no: ['no', 'No, gracias', 'mejor no'],
    text: ['sí, pero después', 'quizás', 'no sé'],
  },
  Portuguese: {
    yes: ['sim', 'Sim, obrigado', 'pode fazer', 'claro', 'com certeza'],
    no: ['não', 'nao', 'Não, obrigada', 'de jeito nenhum'],
    text: ['sim, mas só amanhã', 'talvez'],
  },
  Italian: {
    yes: ['sì', 'Si, grazie', 'va bene', "d'accordo", 'fai pure'],
    no: ['no', 'No, grazie', 'meglio di no'],
    text: ['sì, ma dopo', 'forse'],
  },
  Dutch: {
    yes: ['ja', 'Ja graag', 'prima', 'ga je gang', 'oké, dank je'],
    no: ['nee', 'Nee, bedankt', 'liever niet'],
    text: ['ja, maar later', 'misschien'],
  },
  Chinese: {
    yes: ['是', '好的', '可以', '好的，谢谢', '好的谢谢', '同意。', '没问题'],
    no: ['不', '不行', '不要，谢谢', '不用了', '拒绝'],
    text: ['好像不行', '可以，但是等明天', '可以吗？', '也许'],
  },
  Japanese: {
    yes: [
      'はい',
      'はい、お願いします',
      'はいお願いします',
      'お願いします',
      '了解です',
      '承認します。',
    ],
    no: ['いいえ', 'だめです', 'やめてください', 'いいえ、ありがとうございます'],
    text: ['はい、でも明日', 'たぶん', 'はい？'],
  },
};

for (const [language, answers] of Object.entries(ANSWERS))
  t.test(`answers in ${language} are read where they are clear`, async (t) => {
    for (const verdict of ['yes', 'no', 'text'] as const)
      for (const answer of answers[verdict])
        t.equal(readAnswer(answer, language).verdict, verdict, JSON.stringify(answer));
  });

t.test('the table has at least 120 answers', async (t) => {
  const count = Object.values(ANSWERS).flatMap((answers) => Object.values(answers).flat()).length;
  t.ok(count >= 120, `${count} answers`);
});

t.test('politeness is no objective', async (t) => {
  for (const answer of ['yes please', 'Ja, gerne', 'はい、お願いします', '[x] yes, thanks'])
    t.equal(readAnswer(answer, answer.startsWith('J') ? 'Deutsch' : 'Japanese').rest, '', answer);
  t.equal(readAnswer('no, list the others as well').rest, 'list the others as well');
});
