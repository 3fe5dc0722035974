import { describe, expect, it } from 'vitest';
import { questionLanguage } from './question-language.js';

describe('questionLanguage', () => {
  it.each([
    ['en', 'When does the library open?'],
    ['de', 'Wann öffnet die Bibliothek?'],
    ['fr', 'À quelle heure ouvre la bibliothèque et combien de livres ?'],
    ['es', '¿Cuándo abre la biblioteca y cuántos libros?'],
    ['pt', 'Quando abre a biblioteca e quantos livros?'],
    ['it', 'Quando apre la biblioteca e quanti libri?'],
    ['ar', 'متى تفتح المكتبة؟'],
    ['zh', '图书馆几点开门？'],
    ['ja', '図書館は何時に開きますか'],
    ['ja', 'FastAPI の response_model は何ですか'],
    ['ko', '도서관은 몇 시에 여나요?'],
    [null, 'ห้องสมุดเปิดกี่โมง'],
    [null, '12:30 🎉'],
    [null, 'FastAPI JSONResponse'],
  ])('says %s', (lang, question) => {
    expect(questionLanguage(question)).toBe(lang);
  });
});
