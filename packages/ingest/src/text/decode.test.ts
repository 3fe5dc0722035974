import { describe, expect, it } from 'vitest';
import { decodeText } from './decode.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Encoded by CPython's codecs. */
const ENCODED: readonly (readonly [string, string, string])[] = [
  [
    'shift_jis',
    '93fa967b8cea82cc95b68fcd82cd814189fc8d7382c882b582c591b182ab82dc82b78142907d8f918ad982cd8be38e9e94bc82c98a4a82ab82dc82b78142',
    '日本語の文章は、改行なしで続きます。図書館は九時半に開きます。',
  ],
  ['euc-jp', 'c5ecb5fea4cebfdebdf1b4dba4cfb7eecdcbc6fca4cbb5d9a4dfa4dea4b9a1a3', '東京の図書館は月曜日に休みます。'],
  ['iso-2022-jp', '1b2442456c357e244e3f5e3d71345b1b2842', '東京の図書館'],
  [
    'euc-kr',
    'b5b5bcadb0fcc0ba20bfc0c0fc20bec6c8a920bdc3bfa120b9aec0bb20bfadb0ed20bff9bfe4c0cfbfa1b4c220bdb1b4cfb4d92e',
    '도서관은 오전 아홉 시에 문을 열고 월요일에는 쉽니다.',
  ],
  [
    'gbk',
    'cdbccae9b9ddc3bfccecc9cfcee7bec5b5e3bfaac3c5a3acd0c7c6dad2bbb1d5b9dda1a3c7ebb4f8bac3bde8cae9d6a4a1a3',
    '图书馆每天上午九点开门，星期一闭馆。请带好借书证。',
  ],
  [
    'big5',
    'b9cfaed1c05da843a4d1a457a4c8a445c249b67daaf9a141ac50b4c1a440a5f0c05da143bdd0b161adc9aed1c3d2a143',
    '圖書館每天上午九點開門，星期一休館。請帶借書證。',
  ],
  [
    'windows-1252',
    '44696520844272fc636b659320fc6265722064696520456c626520962074e4676c696368206765f666666e65742c20332080',
    'Die „Brücke“ über die Elbe – täglich geöffnet, 3 €',
  ],
  [
    'windows-1256',
    'caddcacd20c7e1e3dfcac8c920c3c8e6c7c8e5c720dded20c7e1cac7d3dac920d5c8c7cdc7f020e6cadbe1de20ede6e320c7e1cce3dac92e',
    'تفتح المكتبة أبوابها في التاسعة صباحاً وتغلق يوم الجمعة.',
  ],
  [
    'koi8-r',
    'e2c9c2ccc9cfd4c5cbc120cfd4cbd2d9d4c120d320c4c5d7d1d4c920d5d4d2c12c20cbd2cfcdc520d0cfcec5c4c5ccd8cec9cbc12e',
    'Библиотека открыта с девяти утра, кроме понедельника.',
  ],
  ['utf-16le', 'c400720067006500720020007167ac4e2000440e170e220e', 'Ärger 東京 ไทย'],
  ['utf-16be', 'b3c4c11cad00c74000200039c2dc002c002000310030c2dc002e', '도서관은 9시, 10시.'],
];

describe('decodeText', () => {
  it.each(ENCODED)('recognizes %s without being told', (_, hex, text) => {
    expect(decodeText(bytes(hex))?.text).toBe(text);
  });

  it('drops byte order marks', () => {
    expect(decodeText(bytes('efbbbfe38182'))).toMatchObject({ text: 'あ', encoding: 'utf-8' });
    expect(decodeText(bytes('fffe423041000a00'))).toMatchObject({ text: 'あA\n', encoding: 'utf-16le' });
    expect(decodeText(bytes('feff30420041'))).toMatchObject({ text: 'あA', encoding: 'utf-16be' });
  });

  it('prefers UTF-8 to a declared charset that also fits, and a fitting declaration to a guess', () => {
    expect(decodeText(Buffer.from('ü', 'utf8'), { declared: 'windows-1252' })?.text).toBe('ü');
    expect(decodeText(bytes('a3'), { declared: 'iso-8859-2' })?.text).toBe('Ł');
    expect(decodeText(bytes('a3'), { declared: 'no-such-charset' })).not.toBeNull();
  });

  it('takes no guess where the caller wants none', () => {
    expect(decodeText(bytes(ENCODED[0]![1]), { guess: false })).toBeNull();
  });

  it('refuses bytes that are no text', () => {
    expect(decodeText(bytes('00010203000405060007'))).toBeNull();
    expect(decodeText(Uint8Array.from({ length: 512 }, (_, at) => (at * 37) % 256))).toBeNull();
    // "Hello, this is a mainframe" in EBCDIC 500.
    expect(decodeText(bytes('c8859393966b40a38889a24089a2408140948189958699819485'))).toBeNull();
  });
});
