import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decodeText } from './decode.js';

const TEXTS = {
  ru: 'Библиотека открывается в девять утра и закрыта по понедельникам. Книги выдаются на три недели, журналы остаются в читальном зале. Ключи от шкафчиков лежат у входа; кто потерял ключ, обязан заменить его таким же.',
  uk: "Бібліотека відчиняється о дев'ятій ранку й зачинена щопонеділка. Їжу й напої залишайте в гардеробі; її ніхто не зачепить. Ґанок із боку двору веде до читальні, де є тихі місця для всіх охочих.",
  de: 'Die Bibliothek öffnet um neun Uhr und bleibt montags geschlossen. Bücher können drei Wochen ausgeliehen werden, größere Werke bleiben im Lesesaal. Schlüssel für die Fächer gibt es am Eingang; Äpfel und Getränke bleiben draußen.',
  fr: "La bibliothèque ouvre à neuf heures et reste fermée le lundi. Les livres sont prêtés pour trois semaines, les périodiques restent dans la salle de lecture. Où que vous soyez placés, gardez la clé de votre casier près de vous : elle n'est pas remplacée.",
  pl: 'Biblioteka jest otwarta od dziewiątej, w poniedziałki zamknięta. Książki wypożyczamy na trzy tygodnie, czasopisma zostają w czytelni. Klucze do szafek leżą przy wejściu; zgubiony klucz należy odkupić. Zażółć gęślą jaźń.',
};

describe('text in a charset that nobody declared', () => {
  it.each([
    ['ru', 'cp866'],
    ['ru', 'maccyrillic'],
    ['ru', 'koi8-r'],
    ['ru', 'windows-1251'],
    ['uk', 'koi8-u'],
    ['uk', 'cp1125'],
    ['de', 'cp437'],
    ['de', 'macroman'],
    ['de', 'windows-1252'],
    ['fr', 'cp850'],
    ['fr', 'macroman'],
    ['fr', 'windows-1252'],
    ['pl', 'cp852'],
    ['pl', 'iso-8859-2'],
  ] as const)('is read letter by letter: %s in %s', (lang, charset) => {
    expect(decodeText(iconv.encode(TEXTS[lang], charset))?.text).toBe(TEXTS[lang]);
  });

  it('is read with its byte order mark in UTF-32', () => {
    for (const charset of ['utf-32le', 'utf-32be']) {
      const bytes = iconv.encode(TEXTS.de, charset, { addBOM: true });
      expect(decodeText(bytes)).toMatchObject({ text: TEXTS.de, known: 'mark' });
    }
  });

  it('is code page 949 where a Korean page declares euc-kr', () => {
    const text = '도서관은 아홉 시에 문을 엽니다. 똠방각하';
    const bytes = iconv.encode(text, 'cp949');
    expect(decodeText(bytes, { declared: 'EUC-KR' })).toMatchObject({ text, known: 'declared' });
  });
});

it('takes no words of accented letters for Latin: Serbian by windows-1251', () => {
  const text = 'Библиотека је отворена сваког јутра. Изгубљене књиге се плаћају, а љубимци нису дозвољени.';
  expect(decodeText(iconv.encode(text, 'windows-1251'))?.text).toBe(text);
});

describe('damaged UTF-8', () => {
  const damage = (text: string, at: number, ...bytes: number[]): Buffer => {
    const whole = Buffer.from(text);
    return Buffer.concat([whole.subarray(0, at), Buffer.from(bytes), whole.subarray(at)]);
  };

  it('keeps everything but the damage', () => {
    const decoded = decodeText(damage(TEXTS.ru, 20, 0xff));
    expect(decoded).toMatchObject({ encoding: 'utf-8', known: 'damaged' });
    expect(decoded?.text.replace('\ufffd', '')).toBe(TEXTS.ru);
    expect(decodeText(Buffer.from(TEXTS.uk).subarray(0, -2))?.text).toContain('Їжу й напої');
  });

  it('is not what a windows-1252 file is taken for', () => {
    expect(decodeText(iconv.encode(`${TEXTS.de} „5 €“`, 'windows-1252'))).toMatchObject({ encoding: 'windows-1252' });
  });
});
