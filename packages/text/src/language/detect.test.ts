import { describe, expect, it } from 'vitest';
import { detectLanguage } from './detect.js';

describe('detectLanguage', () => {
  it.each([
    ['en', 'The library opens at nine in the morning and is closed on Mondays.'],
    ['de', 'Die Bibliothek öffnet um neun Uhr und bleibt montags geschlossen.'],
    ['fr', 'La bibliothèque ouvre à neuf heures et reste fermée le lundi.'],
    ['es', 'La biblioteca abre a las nueve de la mañana y cierra los lunes.'],
    ['pt', 'A biblioteca abre às nove da manhã e não funciona às segundas-feiras.'],
    ['it', 'La biblioteca apre alle nove del mattino ed è chiusa il lunedì.'],
    ['ar', 'تفتح المكتبة أبوابها في التاسعة صباحاً وتغلق يوم الإثنين.'],
    ['fa', 'کتابخانه ساعت نه صبح باز می‌شود و دوشنبه‌ها بسته است.'],
    ['ur', 'لائبریری صبح نو بجے کھلتی ہے اور پیر کے دن بند رہتی ہے۔'],
    ['zh', '图书馆上午九点开门，星期一闭馆。'],
    ['zh', '圖書館上午九點開門，星期一休館。'],
    ['ja', '図書館は午前九時に開き、月曜日は休みます。'],
    ['ko', '도서관은 오전 아홉 시에 문을 열고 월요일에는 쉽니다.'],
    ['th', 'ห้องสมุดเปิดเวลาเก้าโมงเช้าและปิดวันจันทร์'],
    ['ru', 'Библиотека открывается в девять утра и закрыта по понедельникам.'],
    ['uk', 'Бібліотека відчиняється о дев’ятій ранку й зачинена щопонеділка.'],
    ['el', 'Η βιβλιοθήκη ανοίγει στις εννέα το πρωί.'],
    ['hi', 'पुस्तकालय सुबह नौ बजे खुलता है और सोमवार को बंद रहता है।'],
  ])('recognizes %s', (lang, text) => {
    expect(detectLanguage(text)).toBe(lang);
  });

  it('sees the language between foreign names', () => {
    expect(detectLanguage('FastAPI の response_model を JSONResponse と一緒に使う方法')).toBe('ja');
    expect(detectLanguage('使用 FastAPI 和 Pydantic 声明 response_model')).toBe('zh');
  });

  it('says null, or the language of the document, where a text is too short to tell', () => {
    expect(detectLanguage('OK')).toBeNull();
    expect(detectLanguage('12:30 – 14:00 🚲')).toBeNull();
    expect(detectLanguage('OK', 'pt')).toBe('pt');
    expect(detectLanguage('開館時間', 'ja')).toBe('ja');
    expect(detectLanguage('開館時間')).toBe('zh');
  });
  it('does not go by repeated words and lists of letters', () => {
    expect(detectLanguage('Hello world. '.repeat(20))).toBeNull();
    expect(detectLanguage('à À â Â ä Ä ç Ç é É è È ê Ê ë Ë î Î ï Ï ô Ô ù Ù û Û ü Ü')).toBeNull();
  });
});
