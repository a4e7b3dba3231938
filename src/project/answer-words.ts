/** How people say yes and no: English, and the language of the owner. */

/**
 * All in lower case. `polite`: adds nothing to a yes or a no. `reserve`: makes a condition of a yes
 * if it follows. `unsure`: puts the decision off. `leave`: begins an order to stop. `reason`, like
 * it: begins what explains a no, or says it again; other words after a no are an instruction.
 * `not`: denies the word after it. `falseFriends`: English words that mean something else in this
 * language ("fine" is the end in Italian), so that they decide nothing.
 */
export type AnswerWords = {
  readonly names: readonly string[];
  readonly yes: readonly string[];
  readonly no: readonly string[];
  readonly polite: readonly string[];
  readonly reserve: readonly string[];
  readonly unsure: readonly string[];
  readonly leave: readonly string[];
  readonly reason: readonly string[];
  readonly not: readonly string[];
  readonly falseFriends: readonly string[];
};

const list = (text: string): readonly string[] =>
  text === '' ? [] : text.split('|').map((word) => word.trim());

function language(
  names: string,
  words: Readonly<
    Record<'yes' | 'no' | 'polite' | 'reserve' | 'unsure' | 'leave' | 'reason' | 'not', string>
  >,
  falseFriends = '',
): AnswerWords {
  const { yes, no, polite, reserve, unsure, leave, reason, not } = words;
  return {
    names: list(names),
    yes: list(yes),
    no: list(no),
    polite: list(polite),
    reserve: list(reserve),
    unsure: list(unsure),
    leave: list(leave),
    reason: list(reason),
    not: list(not),
    falseFriends: list(falseFriends),
  };
}

const ENGLISH = language('english|en', {
  yes: 'yes|y|yep|yup|yeah|ok|okay|+1|approve|approved|accept|accepted|agree|agreed|i agree|i approve|go|go ahead|go for it|please do|do it|proceed|carry on|sure|sure thing|of course|absolutely|definitely|certainly|by all means|all right|alright|sounds good|looks good|fine|fine by me|that is fine|that’s fine|lgtm|thumbs up|true',
  no: 'no|n|nope|nah|no way|not a chance|absolutely not|decline|declined|reject|rejected|deny|denied|refuse|refused|i disagree|don’t|do not|don’t do it|do not do it|please don’t|please do not|stop|never|false',
  polite: 'please|thanks|thank you|many thanks|thx|ty|cheers|then|now|very much',
  reserve:
    'but|if|unless|until|except|only|after|before|when|once|not|no|don’t|do not|wait|later|maybe|however|first|instead|though|although|provided|assuming|as long as|without',
  unsure:
    'hm|hmm|huh|sure|i am not sure|i’m not sure|i don’t know|i do not know|don’t know|no idea|idk|dunno|perhaps|probably|possibly|depends|it depends|let me think|let me check|i will think about it|i’ll think about it|not yet|soon|tomorrow|tonight|today|next week|next month|monday|tuesday|wednesday|thursday|friday|saturday|sunday|let me see|we will see|we’ll see|tbd|todo',
  leave:
    'pause|stop|leave it|leave this|drop it|drop this|forget|cancel|abandon|give up|shelve|wait|hold',
  reason:
    'not|no|never|enough|nothing|nobody|later|maybe|perhaps|it|it’s|this|that|that’s|they|there|there’s|i|i’m|i’ve|we|we’re|we’ve|you|you’re|because|too|since|for now',
  not: 'don’t|do not|please don’t|please do not|never',
});

const OTHERS: readonly AnswerWords[] = [
  language(
    'german|deutsch|de',
    {
      yes: 'ja|jawohl|jep|jo|klar|gerne|gern|einverstanden|passt|in ordnung|natürlich|freigegeben|genehmigt|mach das|mach es|mach weiter|nur zu|los|doch',
      no: 'nein|nö|nee|lieber nicht|bitte nicht|auf keinen fall|abgelehnt|nicht machen|niemals',
      polite: 'bitte|danke|vielen dank|danke schön|gerne|gern|gut',
      reserve:
        'aber|wenn|falls|nur|außer|erst|bis|nach|vor|sobald|nicht|kein|keine|später|warte|vielleicht|zuerst|sofern|solange|stattdessen|ohne',
      unsure:
        'hm|weiß nicht|weiß ich nicht|ich weiß nicht|keine ahnung|eventuell|mal sehen|noch|jetzt|morgen|heute|nächste woche|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|muss ich überlegen|ich überlege',
      leave:
        'pausier|pausiere|anhalten|halt|stopp|lass es|lass das|vergiss|aufhören|hör auf|warte|abbrechen|brich ab',
      reason:
        'nicht|kein|keine|nie|genug|nichts|niemand|später|vielleicht|es|das ist|das reicht|dies|diese|ich|wir|ihr|sie|da|weil|denn|zu teuer|zu viel|erst mal nicht',
      not: 'nicht|niemals',
    },
    'nah',
  ),
  language(
    'french|français|francais|fr',
    {
      yes: 'oui|ouais|d’accord|bien sûr|bien sur|vas-y|allez-y|parfait|c’est bon|entendu|volontiers|j’accepte|j’approuve|approuvé',
      no: 'non|pas question|jamais|refusé|je refuse|surtout pas',
      polite:
        'merci|merci beaucoup|merci bien|s’il vous plaît|s’il te plaît|s’il vous plait|s’il te plait|svp|stp',
      reserve:
        'mais|si|seulement|sauf|jusqu’à|après|avant|quand|pas|plus tard|attends|attendez|peut-être|d’abord',
      unsure:
        'je ne sais pas|je sais pas|aucune idée|ça dépend|demain|aujourd’hui|bientôt|la semaine prochaine|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|maintenant|on verra|pas sûr',
      leave:
        'pause|mets en pause|arrête|arrêtez|stop|laisse|laissez|oublie|annule|abandonne|attends',
      reason:
        'pas|jamais|assez|rien|personne|plus tard|peut-être|il|elle|c’est|c’était|ça|cela|ce|je|j’ai|j’en|nous|on|vous|tu|parce|car|trop',
      not: 'jamais',
    },
    'fine',
  ),
  language('spanish|español|espanol|castellano|es', {
    yes: 'sí|si|claro|claro que sí|vale|de acuerdo|por supuesto|adelante|hazlo|dale|perfecto|apruebo|aprobado|acepto',
    no: 'no|nunca|jamás|para nada|de ninguna manera|rechazado|mejor no',
    polite: 'por favor|gracias|muchas gracias',
    reserve:
      'pero|si|solo|sólo|salvo|excepto|hasta|después|antes|cuando|no|más tarde|espera|quizás|quizá|tal vez|primero',
    unsure:
      'no sé|ni idea|depende|mañana|hoy|pronto|la semana que viene|lunes|martes|miércoles|jueves|viernes|sábado|domingo|ahora|ya veremos|todavía no',
    leave: 'pausa|para|párate|detén|déjalo|dejalo|olvida|cancela|abandona|espera',
    reason:
      'no|nunca|basta|nada|nadie|más tarde|quizás|quizá|tal vez|es|está|eso|esto|yo|tengo|nosotros|tenemos|hay|porque|ya|demasiado|me|nos',
    not: 'no|nunca|jamás',
  }),
  language('portuguese|português|portugues|pt', {
    yes: 'sim|claro|está bem|tudo bem|com certeza|pode|pode fazer|vá em frente|vai em frente|aprovado|aceito|de acordo|concordo',
    no: 'não|nao|nunca|de jeito nenhum|recuso|recusado|melhor não',
    polite: 'por favor|obrigado|obrigada|muito obrigado|muito obrigada',
    reserve:
      'mas|se|só|somente|apenas|exceto|até|depois|antes|quando|não|nao|mais tarde|espera|talvez|primeiro',
    unsure:
      'não sei|nao sei|depende|amanhã|hoje|em breve|na próxima semana|segunda|terça|quarta|quinta|sexta|sábado|domingo|agora|vamos ver|ainda não',
    leave: 'pausa|pausar|para|pare|deixa|deixe|esquece|esqueça|cancela|cancele|abandona|espera',
    reason:
      'não|nao|nunca|chega|basta|nada|ninguém|mais tarde|talvez|é|está|isso|isto|eu|tenho|nós|temos|há|porque|já|demais|muito',
    not: 'não|nao|nunca',
  }),
  language(
    'italian|italiano|it',
    {
      yes: 'sì|si|certo|certamente|va bene|d’accordo|procedi|vai|vai pure|fai pure|approvo|approvato|accetto',
      no: 'no|mai|assolutamente no|rifiuto|rifiutato|meglio di no',
      polite: 'grazie|grazie mille|per favore|per piacere|prego|pure',
      reserve: 'ma|però|se|solo|tranne|finché|fino|dopo|prima|quando|non|più tardi|aspetta|forse',
      unsure:
        'non so|non lo so|boh|dipende|domani|oggi|presto|la prossima settimana|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|adesso|ora|vedremo|non ancora',
      leave:
        'pausa|metti in pausa|ferma|fermati|fermo|lascia|lascia stare|dimentica|annulla|abbandona|aspetta',
      reason:
        'non|mai|basta|niente|nulla|nessuno|più tardi|forse|è|c’è|questo|quello|ciò|io|ho|abbiamo|noi|perché|già|troppo',
      not: 'non|mai',
    },
    'fine',
  ),
  language('dutch|nederlands|nl', {
    yes: 'ja|jazeker|zeker|oké|oke|prima|akkoord|goed|doe maar|ga je gang|natuurlijk|graag|goedgekeurd',
    no: 'nee|neen|liever niet|nooit|niet doen|afgewezen|geen sprake van',
    polite: 'graag|bedankt|dank je|dank u|dank je wel|dank u wel|alsjeblieft|alstublieft|hoor',
    reserve: 'maar|als|alleen|behalve|tot|na|voor|wanneer|niet|geen|later|wacht|misschien|eerst',
    unsure:
      'weet ik niet|ik weet het niet|geen idee|hangt ervan af|morgen|vandaag|binnenkort|volgende week|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|nu|nog|even kijken|we zien wel',
    leave: 'pauzeer|stop|laat maar|laat het|vergeet|annuleer|wacht',
    reason:
      'niet|geen|nooit|genoeg|niets|niemand|later|misschien|het|dit|dat|ik|we|wij|jullie|er|want|omdat|te duur|te veel',
    not: 'niet|nooit',
  }),
  language('chinese|中文|汉语|漢語|普通话|zh', {
    yes: '是|是的|好|好的|好吧|好啊|可以|行|同意|批准|没问题|當然|当然|继续|對|对|確定|确定',
    no: '不|不行|不要|不可以|不同意|拒绝|否|别|不用|不用了|不用謝|算了',
    polite: '谢谢|謝謝|请|請|谢谢你|麻烦了|吧',
    reserve: '但|但是|如果|除非|只|只有|之后|之後|先|以后|等|不|也许|可能',
    unsure: '不知道|不确定|看情况|再说|再看看|明天|今天|下周|让我想想|考虑一下|大概|还没',
    leave: '暂停|停',
    reason: '别|不|没|等|算了|够|太|因为|这|那|我|它|以后|也许|已经',
    not: '不|别|不要',
  }),
  language('japanese|日本語|ja', {
    yes: 'はい|ええ|うん|了解|了解です|了解しました|承認|承認します|許可します|いいよ|いいですよ|お願いします|よろしくお願いします|オーケー|どうぞ|進めて|進めてください|賛成です',
    no: 'いいえ|いや|だめ|だめです|ダメ|駄目|却下|却下します|やめて|やめてください|拒否|拒否します',
    polite: 'ありがとう|ありがとうございます|です|すみません',
    reserve: 'でも|もし|ただし|だけ|後で|あとで|まず|待って|たぶん|が',
    unsure:
      'わからない|わかりません|分かりません|多分|明日|今日|来週|考えます|考えておきます|検討します|まだ|かも|もう少し',
    leave: '中止|停止|止め|やめ|待',
    reason: 'もう|いら|まだ|これ|それ|私|高|十分|だから',
    not: '',
  }),
];

/** The tables of the owner's language, as USER.md names it, and of English. */
export function answerWords(languageName: string): readonly AnswerWords[] {
  const name = languageName.trim().toLowerCase();
  const own = OTHERS.find(({ names }) => names.includes(name));
  return own === undefined ? [ENGLISH] : [own, englishFor(own)];
}

function englishFor({ falseFriends }: AnswerWords): AnswerWords {
  const isTrue = (word: string): boolean => !falseFriends.includes(word);
  return {
    ...ENGLISH,
    yes: ENGLISH.yes.filter(isTrue),
    no: ENGLISH.no.filter(isTrue),
    unsure: [...ENGLISH.unsure, ...falseFriends],
  };
}
