// RFC 5424 6.4: MSG, with and without its BOM.
import { expect, test } from 'vitest';
import { parse } from './parsed.js';

const head = '<14>1 - - - - - - ';

test('5424-30 MSG in UTF-8 is handed over as it is, spaces at its ends too', () => {
  expect(parse(`${head}  gr\u00fc\u00dfe \ud83d\ude00 `)).toMatchObject({
    message: '  gr\u00fc\u00dfe \ud83d\ude00 ',
    bom: false,
  });
});

test('5424-31 the BOM is not part of the text, and what follows it must be UTF-8', () => {
  expect(parse(`${head}\ufeffgr\u00fcn`)).toMatchObject({ message: 'gr\u00fcn', bom: true });
  expect(parse(`${head}\ufeff`)).toMatchObject({ message: '', bom: true });
  for (const hex of ['80', 'c080', 'eda080', 'f8888080', 'c3']) {
    const octets = Buffer.concat([Buffer.from(`${head}\ufeff`), Buffer.from(hex, 'hex')]);
    expect(parse(octets), hex).toBe('message_not_utf8');
  }
});

test('5424-32 only a whole BOM at the beginning is one; other octets are taken as they are', () => {
  for (const hex of ['ef', 'efbb', 'efbbbe', '20efbbbf', 'ff80']) {
    expect(parse(Buffer.concat([Buffer.from(head), Buffer.from(hex, 'hex')])), hex).toMatchObject({ bom: false });
  }
});

test('5424-33 control characters in MSG are octets to the parser: admission escapes them', () => {
  expect(parse(`${head}a\r\nb\u0000`)).toMatchObject({ message: 'a\r\nb\u0000' });
});

test('5424-03 MSG may be empty, with its space or without', () => {
  expect(parse(head)).toMatchObject({ message: '' });
  expect(parse(head.trimEnd())).toMatchObject({ message: '' });
});
