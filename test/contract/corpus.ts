// Messages that receivers have been known to read in different ways, each a valid one of ours.
import fc from 'fast-check';
import type { Message } from '../../src/syslog/encode.js';
import { anyMessage } from '../syslog/any-message.js';

const plain: Message = {
  facility: 1,
  severity: 6,
  timestamp: '2003-10-11T22:14:15.003Z',
  hostname: 'cloud.example.net',
  appName: 'orchestration',
  procId: 'stack-7',
  msgId: 'orchestration.stack.create.end',
  elements: [{ id: 'sluice@32473', params: [['tenant', 'acme']] }],
  message: 'done',
};
const nil = { timestamp: '-', hostname: '-', appName: '-', procId: '-', msgId: '-', elements: [] };
const value = (text: string): Message => ({ ...plain, elements: [{ id: 'data@32473', params: [['v', text]] }] });
/** One character of each length in UTF-8, and the last of each length. */
const utf8 = '\u00a1\u07ff\u0800\u20ac\ud7ff\ue000\ufffd\u{10000}\u{1f600}\u{10fffd}';

const nasty: readonly Message[] = [
  plain,
  { ...plain, ...nil, message: '' },
  { ...plain, ...nil },
  { ...plain, ...nil, message: ' ' },
  { ...plain, message: '' },
  { ...plain, elements: [] },
  { ...plain, elements: [], message: '[looks@1 like="an element"] but is text' },
  { ...plain, elements: [], message: '- -' },
  { ...plain, message: '[x@1]' },
  { ...plain, message: ' begins and ends with spaces  ' },
  { ...plain, message: utf8 },
  { ...plain, message: utf8, bom: true },
  { ...plain, message: 'plain with BOM', bom: true },
  { ...plain, message: '<34>1 2003-10-11T22:14:15.003Z another - - - - message' },
  { ...plain, message: '12 <34>1 a frame in a frame' },
  { ...plain, message: '\\n \\" \\] "quoted" {"json": ["\\u0041"]} %msg% $MSG ${MSG} #012' },
  { ...plain, message: 'x'.repeat(8192) },
  { ...plain, message: '\u20ac'.repeat(20_000) },
  ...[0, 7, 8, 15, 128, 135, 184, 191].map((pri) => ({ ...plain, facility: pri >> 3, severity: pri & 7 })),
  ...[
    '1970-01-01T00:00:00Z',
    '2024-02-29T23:59:59.9Z',
    '2003-08-24T05:14:15.000003-07:00',
    '2003-10-11T22:14:15.120+05:30',
  ].map((timestamp) => ({ ...plain, timestamp })),
  { ...plain, hostname: '2001:db8::1' },
  { ...plain, hostname: 'h'.repeat(255), appName: 'a'.repeat(48), procId: 'p'.repeat(128), msgId: 'm'.repeat(32) },
  { ...plain, appName: 'a/b', procId: '[1]:', msgId: '"\\]=@' },
  ...[
    '"',
    '\\',
    ']',
    '\\\\',
    '\\"',
    '\\]',
    '"]',
    ']"',
    '\\\\"',
    '\\n',
    '\\u0041',
    '',
    ' ',
    '=',
    '[',
    '"] [x@1 y="',
    utf8,
  ].map(value),
  ...['-', '1', '0x10', 'true', 'null', '{"a":1}', '%v%', '$v', "'", 'v'.repeat(2000)].map(value),
  {
    ...plain,
    elements: [
      {
        id: `${'n'.repeat(26)}@32473`,
        params: [
          ['p'.repeat(32), 'the longest names'],
          ['q'.repeat(32), ''],
        ],
      },
    ],
  },
  { ...plain, elements: [{ id: 'empty@32473', params: [] }] },
  {
    ...plain,
    elements: [
      { id: 'a@1', params: [] },
      { id: 'b@1', params: [] },
      { id: 'c@1', params: [['d', 'e']] },
    ],
  },
  {
    ...plain,
    elements: [
      { id: 'meta', params: [['sequenceId', '2147483647']] },
      {
        id: 'origin',
        params: [
          ['ip', '192.0.2.1'],
          ['software', 'sluice'],
        ],
      },
      {
        id: 'timeQuality',
        params: [
          ['tzKnown', '1'],
          ['isSynced', '0'],
        ],
      },
    ],
  },
  {
    ...plain,
    elements: Array.from({ length: 20 }, (_, i) => ({
      id: `element${i}@32473`,
      params: Array.from({ length: 10 }, (_, j): [string, string] => [`param${j}`, `${i}\\${j}]"`]),
    })),
  },
];

/** Control characters are not compared (FACTS): rsyslog and JSON have ways of their own with them. */
const controls = /[\p{Cc}\u2028\u2029\ufeff]/gu;

/** rsyslog takes no TIMESTAMP after 2099. */
const latestMs = Date.UTC(2099, 11, 31);

/** syslog-ng takes no `:` in a HOSTNAME that is no IPv6 address. */
const inHostname = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_';

/** syslog-ng's JSON nests by `.`, and not before a digit. */
const notInNames = '.0123456789';

/** The list above, and as many random messages. */
export const corpus = (): readonly Message[] => [
  ...nasty,
  ...fc.sample(anyMessage({ notInNames, notInText: controls, latestMs, inHostname }), {
    numRuns: 300,
    seed: 5424,
  }),
];
