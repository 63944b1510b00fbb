// A message at the syslog door becomes the same event (DESIGN, "Events"), or is refused by its own code.
import { describe, expect, it } from 'vitest';
import { admitSyslog, expectSound, isRefusal, messageOf, newAdmission } from './admitted.js';

const SLUICE = '[sluice@32473 tenant="acme" id="e-1" type="a.b"]';
const message = (sd: string, body = 'hello') => `<133>1 2026-11-22T10:00:00.5Z node app 12 ID47 ${sd} ${body}`;
const HEAD = '<133>1 2026-11-22T10:00:00.5Z cloud.example.net app 12 a.b ';
const refused = (input: string | Buffer, door = {}) => {
  const outcome = admitSyslog(input, door);
  return isRefusal(outcome) ? outcome : { code: 'admitted', message: messageOf(outcome) };
};

describe('a syslog message', () => {
  it('becomes an event of the tenant, type and id that its element names', () => {
    expect(messageOf(admitSyslog(message(SLUICE)))).toBe(`${HEAD}${SLUICE} hello`);
  });

  it.each([
    '[sluice@32473 type="a.b" tenant="acme" id="e-1"]',
    '[sluice@32473 x="1" tenant="acme" id="e-1" type="a.b"]',
    '[sluice@32473 tenant="acme" x="1" id="e-1" type="a.b"]',
    '[sluice@32473 tenant="acme" id="e-1" truncated="5" type="a.b"]',
    '[sluice@32473 tenant="acme" id="e-1" type="a.b" x="\\]"]',
    '[sluice@32473 x="\\" tenant=\\"other" tenant="acme" id="e-1" type="a.b" y="\\\\"]',
  ])('has its element %s written anew as ours', (element) => {
    expect(messageOf(admitSyslog(message(element)))).toBe(`${HEAD}${SLUICE} hello`);
  });

  it('may keep elements of 4 KiB, counted as they are written', () => {
    const escaped = (rest: string) => message(`${SLUICE}[x@1 a="${'\t'.repeat(1021)}${rest}"]`);
    expect(messageOf(admitSyslog(escaped('xx')))).toContain('#011xx"] hello');
    expect(refused(escaped('xxx'))).toMatchObject({ code: 'bad_syslog' });
    const plain = (rest: string) => message(`${SLUICE}[x@1 a="${'x'.repeat(4080)}${rest}"]`);
    expect(messageOf(admitSyslog(plain('xxxxxx')))).toContain('xxxxxx"] hello');
    expect(refused(plain('xxxxxxx'))).toMatchObject({ code: 'bad_syslog' });
    expect(refused(message(`${SLUICE}[x@1 a="\t${'\\]'.repeat(3000)}"]`))).toMatchObject({ code: 'bad_syslog' });
  });

  it('keeps other elements byte for byte, and never those that speak for us', () => {
    const kept = '[x@1 a="q\\"\\\\\\]\\n größe" a="2"][empty@1]';
    const dropped = '[meta sequenceId="9"][origin ip="10.0.0.1"][timeQuality tzKnown="1"][data@32473 k="v"]';
    expect(messageOf(admitSyslog(message(`${dropped}${kept}${SLUICE}[y@2 b=""]`)))).toBe(
      `${HEAD}${SLUICE}${kept}[y@2 b=""] hello`,
    );
  });

  it('writes a kept value with a control character anew, whatever removing it would have joined', () => {
    const sd = `${SLUICE}[x@1 a="\\\u001b[0m\\"b" c="\t\\]\u202e"]`;
    const outcome = admitSyslog(message(sd));
    expect(messageOf(outcome)).toBe(`${HEAD}${SLUICE}[x@1 a="\\\\\\"b" c="#011\\]#342#200#256"] hello`);
    if (!isRefusal(outcome)) expectSound(outcome);
  });

  it.each([
    ['MSGID in lower case', 'Stack.Create', 'stack.create'],
    ['syslog where MSGID is no type', 'a/b', 'syslog'],
    ['syslog where MSGID is ours', 'sluice.dropped', 'syslog'],
    ['syslog where there is no MSGID', '-', 'syslog'],
  ])('without a type has %s', (_what, msgId, type) => {
    const text = `<13>1 - - app - ${msgId} [sluice@32473 tenant="acme" id="i"] m`;
    expect(messageOf(admitSyslog(text))).toBe(
      `<13>1 2026-11-22T10:00:00.007Z cloud.example.net app - ${type} [sluice@32473 tenant="acme" id="i" type="${type}"] m`,
    );
  });

  it('without a time, an app or an id gets the defaults of an event', () => {
    expect(messageOf(admitSyslog('<13>1 - - - - - [sluice@32473 tenant="acme" type="a.b"]'))).toMatch(
      /^<13>1 2026-11-22T10:00:00\.007Z cloud\.example\.net a - a\.b \[sluice@32473 tenant="acme" id="q{12}[0-9a-z]{7}" type="a\.b"\] $/,
    );
  });

  it('keeps its HOSTNAME only where the door says so', () => {
    expect(messageOf(admitSyslog(message(SLUICE), { keepHost: true })).split(' ')[2]).toBe('node');
    expect(messageOf(admitSyslog(message(SLUICE), { keepHost: false })).split(' ')[2]).toBe('cloud.example.net');
    const nil = message(SLUICE).replace(' node ', ' - ');
    expect(messageOf(admitSyslog(nil, { keepHost: true })).split(' ')[2]).toBe('cloud.example.net');
  });

  it('loses the line feed that rsyslog and syslog-ng put into a counted frame, and only that one', () => {
    expect(messageOf(admitSyslog(`${message(SLUICE)}\n`))).toBe(`${HEAD}${SLUICE} hello`);
    expect(messageOf(admitSyslog(`${message(SLUICE)}\n\n`))).toBe(`${HEAD}${SLUICE} hello#012`);
    expect(messageOf(admitSyslog(`<13>1 - - a - a [sluice@32473 tenant="t" id="i" type="a"]\n`))).toMatch(
      /type="a"\] $/,
    );
  });

  it('loses its BOM, and a second one is escaped', () => {
    expect(messageOf(admitSyslog(message(SLUICE, '\ufeffhi')))).toBe(`${HEAD}${SLUICE} hi`);
    expect(messageOf(admitSyslog(message(SLUICE, '\ufeff\ufeffhi')))).toBe(`${HEAD}${SLUICE} #357#273#277hi`);
  });

  it('has control characters escaped and ANSI sequences removed', () => {
    const outcome = admitSyslog(message(SLUICE, 'a\r\nb\u001b[31mred\u001b[0m\u0085\u2028größe'));
    expect(messageOf(outcome)).toBe(`${HEAD}${SLUICE} a#015#012bred#302#205#342#200#250größe`);
    if (!isRefusal(outcome)) expectSound(outcome);
  });

  it('that is clean is not copied: MSG points into the bytes of the caller', () => {
    const admission = newAdmission();
    const bytes = Buffer.from(message(SLUICE));
    expect(admission.syslog(bytes, 0, bytes.length, {})).toBeUndefined();
    const { event } = admission;
    expect(event.message).toBe(bytes);
    expect([event.messageStart, event.messageEnd]).toEqual([bytes.length - 5, bytes.length]);
    expect([event.tenant, event.type, event.severity]).toEqual(['acme', 'a.b', 5]);
  });

  it('takes its tenant from a door that fixes it', () => {
    expect(messageOf(admitSyslog('<13>1 - - - - - - m', { tenant: 'acme' }))).toContain(' tenant="acme" ');
    expect(messageOf(admitSyslog(message(SLUICE), { tenant: 'acme' }))).toBe(`${HEAD}${SLUICE} hello`);
  });

  it('with more elements than the parser keeps places of is read all the same', () => {
    const many = Array.from({ length: 40 }, (_, i) => `[x${i}@1 a="${i}"]`).join('');
    expect(messageOf(admitSyslog(message(`${many}${SLUICE}[meta sequenceId="1"]`)))).toBe(
      `${HEAD}${SLUICE}${many} hello`,
    );
  });

  it('of RFC 3164 is understood where the door fixes the tenant', () => {
    const outcome = admitSyslog('<34>Oct 11 22:14:15 mymachine su[230]: \u0007failed', {
      tenant: 'acme',
      keepHost: true,
    });
    expect(messageOf(outcome)).toMatch(
      /^<34>1 2026-11-22T10:00:00\.007Z mymachine su 230 syslog \[sluice@32473 tenant="acme" id="[^"]+" type="syslog"\] #007failed$/,
    );
    if (!isRefusal(outcome)) expectSound(outcome);
    expect(messageOf(admitSyslog('<34>just text', { tenant: 'acme' }))).toMatch(/ syslog - syslog \[.*\] just text$/);
  });
});

describe('a syslog message is refused', () => {
  it.each([
    ['nothing', '', 'bad_syslog'],
    ['no PRI', 'hello', 'bad_syslog'],
    ['RFC 3164 at a door without a tenant', '<34>Oct 11 22:14:15 mymachine su: x', 'bad_syslog'],
    ['a PRI with a leading zero', message(SLUICE).replace('<133>', '<013>'), 'bad_syslog'],
    ['a leap second', message(SLUICE).replace('00:00.5', '00:60.5'), 'bad_syslog'],
    ['an SD-ID that comes twice', message(`${SLUICE}[x@1][x@1]`), 'bad_syslog'],
    ['two sluice elements', message(`${SLUICE}${SLUICE}`), 'bad_syslog'],
    ['more kept elements than 4 KiB', message(`${SLUICE}[x@1 a="${'x'.repeat(4090)}"]`), 'bad_syslog'],
    ['more kept elements than 4 KiB once escaped', message(`${SLUICE}[x@1 a="${'\t'.repeat(1100)}"]`), 'bad_syslog'],
    ['no tenant', message('-'), 'missing_field'],
    ['no tenant in the element', message('[sluice@32473 id="a"]'), 'missing_field'],
    ['the tenant in the element of another enterprise', message('[sluice@1 tenant="acme"]'), 'missing_field'],
    ['an empty tenant', message('[sluice@32473 tenant=""]'), 'bad_tenant'],
    ['a tenant with an escape', message('[sluice@32473 tenant="a\\]b"]'), 'bad_tenant'],
    ['a tenant that is too long', message(`[sluice@32473 tenant="${'a'.repeat(65)}"]`), 'bad_tenant'],
    ['a bad type', message('[sluice@32473 tenant="acme" type="A"]'), 'bad_type'],
    ['an empty type', message('[sluice@32473 tenant="acme" type=""]'), 'bad_type'],
    ['a type that is too long', message(`[sluice@32473 tenant="acme" type="${'a'.repeat(129)}"]`), 'bad_type'],
    ['a type that is ours', message('[sluice@32473 tenant="acme" type="sluice.dropped"]'), 'reserved_type'],
    ['an empty id', message('[sluice@32473 tenant="acme" id=""]'), 'bad_id'],
    ['an id with an escape', message('[sluice@32473 tenant="acme" id="a\\"b"]'), 'bad_id'],
    ['an id that is too long', message(`[sluice@32473 tenant="acme" id="${'a'.repeat(65)}"]`), 'bad_id'],
    ['two tenants in one element', message('[sluice@32473 tenant="acme" tenant="other"]'), 'duplicate_key'],
    ['more than 256 KiB', message(SLUICE, 'x'.repeat(256 * 1024)), 'event_too_large'],
  ])('for %s', (_what, text, code) => {
    expect(refused(text)).toMatchObject({ code });
  });

  it('for a tenant other than the one that the door fixes', () => {
    expect(refused(message(SLUICE), { tenant: 'other' })).toMatchObject({ code: 'tenant_mismatch' });
  });

  it('for a broken message of RFC 5424 also where RFC 3164 is understood', () => {
    expect(refused('<13>1 yesterday - - - - - m', { tenant: 'acme' })).toMatchObject({ code: 'bad_syslog' });
  });

  it.each([
    ['MSG', Buffer.concat([Buffer.from(message(SLUICE)), Buffer.from([0xe4])])],
    ['MSG with a BOM', Buffer.concat([Buffer.from(message(SLUICE, '\ufeff')), Buffer.from([0xc0, 0x80])])],
    ['a PARAM-VALUE', Buffer.from(message(`${SLUICE}[x@1 a="\u00e4"]`), 'latin1')],
  ])('for bad UTF-8 in %s', (_where, bytes) => {
    expect(refused(bytes)).toMatchObject({ code: 'bad_utf8' });
  });
});
