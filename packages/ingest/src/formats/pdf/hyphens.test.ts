import { describe, expect, it } from 'vitest';
import { closeHyphens, joinLines, vocabularyOf } from './hyphens.js';

/** Two lines joined in a document that says this elsewhere. */
const joined = (before: string, after: string, elsewhere = ''): string =>
  closeHyphens(joinLines(before, after), vocabularyOf([elsewhere]));

describe('a hyphen at a line end', () => {
  it.each([
    ['is dropped', 'Haus-', 'tür', 'Die Tür.', 'Haustür'],
    [
      'stays where the document writes the word with one',
      'water-',
      'driven mill',
      'A water-driven saw.',
      'water-driven mill',
    ],
    ['is dropped where the document writes the word without', 'evalu-', 'ation', 'The evaluation.', 'evaluation'],
    ['stays after a part that has one elsewhere', 'self-', 'made', 'A self-taught man.', 'self-made'],
    ['stays after a single letter', 'E-', 'mail', '', 'E-mail'],
    ['stays before a capital', 'E-', 'Mail-Adresse', '', 'E-Mail-Adresse'],
    ['stays before and after a digit', 'COVID-', '19', '', 'COVID-19'],
    ['stays after a digit', '2024-', '05-17', '', '2024-05-17'],
    ['stays where it leaves out a part', 'Erdgeschoss-', 'und Obergeschoss', '', 'Erdgeschoss- und Obergeschoss'],
    ['that is a dash stays', 'Ebbe -', 'und Flut', '', 'Ebbe - und Flut'],
    ['is dropped in any script', 'корабле-', 'строение', '', 'кораблестроение'],
  ])('%s: %s|%s', (_, before, after, elsewhere, expected) => expect(joined(before, after, elsewhere)).toBe(expected));

  it('goes where the file says that it is soft', () => expect(joined('Immo\u00ad', 'bilien')).toBe('Immobilien'));
});

it('joins words over three lines', () => {
  const text = joinLines(joinLines('Vor-', 'berei-'), 'tung');
  expect(closeHyphens(text, vocabularyOf([text]))).toBe('Vorbereitung');
});

it('joins scripts without spaces without one', () => {
  expect(joined('会議室の予', '約は')).toBe('会議室の予約は');
  expect(joined('น้ำขึ้น', 'น้ำลง')).toBe('น้ำขึ้นน้ำลง');
  expect(joined('밀물과', '썰물')).toBe('밀물과 썰물');
});
