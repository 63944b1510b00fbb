// The syslog stream door over real sockets: both framings, RFC 3164 where the tenant is fixed, bad frames, and the refusals that it counts.
import { type AddressInfo, createConnection } from 'node:net';
import syslogClient from 'syslog-client';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { SyslogDoor as DoorRules } from '../../src/event/admit.js';
import { SyslogDoor } from '../../src/ingest/syslog-door.js';
import { until } from '../support/until.js';
import { type IntakeParts, unlimited, withIntake } from './intake-parts.js';

async function withDoor(
  parts: IntakeParts,
  rules: DoorRules,
  body: (send: (bytes: string | Buffer) => Promise<void>, port: number) => Promise<void>,
) {
  const door = new SyslogDoor(
    parts.intake,
    parts.admission,
    rules,
    systemClock,
    (happening) => void parts.happenings.push(happening),
  );
  await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
  const stop = new AbortController();
  const running = door.run(stop.signal);
  const { port } = door.server.address() as AddressInfo;
  /** One connection that sends `bytes` and ends; resolves when the door has closed it too. */
  const send = (bytes: string | Buffer) =>
    new Promise<void>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => socket.end(bytes));
      socket
        .resume()
        .on('error', () => {})
        .on('close', () => resolve());
    });
  try {
    await body(send, port);
  } finally {
    stop.abort();
    await running;
  }
}

/** Opens the journal's gate until one event has come in. Returns what opens it for good. */
function fullAgainAfterOne({ intake, journal: { gate } }: IntakeParts): () => void {
  const lift = vi.spyOn(gate, 'lift');
  const offer = vi.spyOn(intake, 'offer').mockImplementationOnce((event) => {
    offer.mockRestore();
    // The commit that follows would make room by itself.
    lift.mockImplementation(() => undefined);
    gate.shut();
    return intake.offer(event);
  });
  gate.lift();
  return () => {
    lift.mockRestore();
    gate.lift();
  };
}

const message = (tenant: string, text: string) =>
  `<14>1 2026-11-22T10:00:00Z - app - stack.update [sluice@32473 tenant="${tenant}"] ${text}`;
const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;
const refused = (parts: IntakeParts) => Object.fromEntries(parts.intake.counts.rejected);

it('takes octet-counted and LF-framed messages on one connection', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, {}, async (send) => {
      await send(
        `${counted(message('acme', 'one\ntwo'))}${message('acme', 'three')}\n${counted(message('acme', 'four'))}`,
      );
      await until('three events', () => parts.intake.counts.accepted.get('syslog')?.events === 3);
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(['one#012two', 'three', 'four']);
    }),
  ));

it('keeps the order and escapes what a message may not carry', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, {}, async (send) => {
      await send(`${counted(message('acme', 'one\r\nEHLO'))}${counted(message('acme', 'two'))}`);
      await until('two events', () => parts.intake.counts.accepted.get('syslog')?.events === 2);
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(['one#015#012EHLO', 'two']);
    }),
  ));

it('a bad message is counted by its reason and harms no neighbour', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, {}, async (send) => {
      await send(
        [
          message('acme', 'before'),
          '<14>1 nonsense',
          message('nobody', 'x'),
          '<14>1 - - - - - - no tenant',
          message('acme', 'after'),
        ].join('\n'),
      );
      await until('two events', () => parts.intake.counts.accepted.get('syslog')?.events === 2);
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(['before', 'after']);
      expect(refused(parts)).toEqual({ bad_syslog: 1, tenant_unknown: 1, missing_field: 1 });
    }),
  ));

it('a broken MSG-LEN ends that connection and no other', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, {}, async (send) => {
      await send(`${counted(message('acme', 'good'))}12x <14>1 …${counted(message('acme', 'lost'))}`);
      await send(counted(message('acme', 'another connection')));
      await until('two events', () => parts.intake.counts.accepted.get('syslog')?.events === 2);
      expect(refused(parts)).toEqual({ bad_frame: 1 });
    }),
  ));

it('what a producer said before it left is taken when the journal has room again', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, {}, async (send) => {
      const waits = vi.spyOn(parts.intake, 'takesAgain');
      parts.journal.gate.shut();
      const gone = send(`${message('acme', 'one')}\n${message('acme', 'no LF behind it')}`);
      await until('it is held', () => waits.mock.calls.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 100));
      parts.journal.gate.lift();
      await gone;
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(['one', 'no LF behind it']);
    }),
  ));

it('a producer that was let on when there was no room any more stays paused', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, {}, async (_send, port) => {
      const waits = vi.spyOn(parts.intake, 'takesAgain');
      parts.journal.gate.shut();
      const [first, second] = [createConnection(port, '127.0.0.1'), createConnection(port, '127.0.0.1')];
      first.write(counted(message('acme', 'fills the journal')));
      await until('the first is held', () => waits.mock.calls.length === 1);
      second.write(counted(message('acme', 'one')));
      await until('both are held', () => waits.mock.calls.length === 2);
      const makeRoom = fullAgainAfterOne(parts);
      await until('the second is held again', () => waits.mock.calls.length === 3);
      second.write(counted(message('acme', 'two')));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(waits).toHaveBeenCalledTimes(3);
      makeRoom();
      await until('three events', () => parts.intake.counts.accepted.get('syslog')?.events === 3);
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(['fills the journal', 'one', 'two']);
      first.destroy();
      second.destroy();
    }),
  ));

it('understands RFC 3164 where the listener is bound to a tenant', () =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, { tenant: 'acme' }, async (send) => {
      await send('<34>Oct 11 22:14:15 mymachine su[123]: failed for lonvick\n');
      await until('one event', () => parts.intake.counts.accepted.get('syslog')?.events === 1);
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(['failed for lonvick']);
    }),
  ));

it('what the tenant’s limit refuses is counted and not kept', () =>
  withIntake({ acme: { eventsPerS: 1e-6, burst: 2, bytesPerS: 1e12 } }, (parts) =>
    withDoor(parts, {}, async (send) => {
      await send(Array.from({ length: 5 }, (_, n) => counted(message('acme', `n${n}`))).join(''));
      await until('five events seen', () => parts.tenants.get('acme')?.counts.limited === 3);
      expect(parts.tenants.get('acme')?.counts).toEqual({ accepted: 2, unrouted: 0, limited: 3 });
    }),
  ));

it.each([
  ['RFC 5424', false],
  ['RFC 3164', true],
])('understands the %s messages of an independent client', (_name, rfc3164) =>
  withIntake({ acme: unlimited }, (parts) =>
    withDoor(parts, { tenant: 'acme' }, async (_send, port) => {
      const client = syslogClient.createClient('127.0.0.1', { rfc3164, transport: 1, port, appName: 'billing' });
      client.on('error', () => undefined);
      const texts = ['plain', 'grüße 😀', '[not@1 an="element"]'];
      for (const text of texts) client.log(rfc3164 ? `billing[77]: ${text}` : text, {}, () => undefined);
      await until('three events', () => parts.intake.counts.accepted.get('syslog')?.events === 3);
      client.close();
      await parts.intake.committed();
      expect(parts.messages('acme')).toEqual(texts);
    }),
  ),
);
