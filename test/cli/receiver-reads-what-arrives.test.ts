// The receiver of `sluice receive` and `sluice demo`: frames in, lines out; TLS that a sender can verify; slow reading.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import { unixMs } from '../../src/base/ids.js';
import { fingerprintOf, makeIdentity, stillServes } from '../../src/cli/certificates.js';
import { type ReadFrame, readFrame } from '../../src/cli/read-frame.js';
import { Receiver, type ReceiverOptions } from '../../src/cli/receiver.js';
import { keptIdentity } from '../../src/cli/receiver-files.js';
import { ParsedMessage } from '../../src/syslog/parse.js';
import { type RunningSluice, startSluice } from '../support/sluice.js';
import { until } from '../support/until.js';

const FRAME =
  '<132>1 2026-11-22T10:00:00.123Z cloud app web-1 a.b [meta sequenceId="7"][sluice@32473 tenant="acme" id="i" type="a.b.c" truncated="3"][data@32473 k="\\"\\]"] Grüße\u001b[2J';

let receiver: Receiver | undefined;
let socket: Socket | undefined;
let directory: string;
const frames: ReadFrame[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
});
afterEach(async () => {
  socket?.destroy();
  await receiver?.close();
  frames.length = 0;
  await rm(directory, { recursive: true });
});

const keep = (some: readonly ReadFrame[]): void => void frames.push(...some);

async function listen(options: Partial<ReceiverOptions> = {}): Promise<Receiver> {
  return (receiver = await Receiver.listen({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    onFrames: keep,
    ...options,
  }));
}

function dial(port: number): Socket {
  socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** The clock of a machine that is so many days ahead. */
const later = (days: number): Clock => ({ ...systemClock, wall: () => unixMs(systemClock.wall() + days * 86_400_000) });

const portOf = (running: RunningSluice): Promise<number> =>
  until('the port', () => Number(/listening on \S+:(\d+)/.exec(running.err)?.[1] ?? 0));

const texts = () => frames.map((frame) => (frame.ok ? frame.message.message : frame.fault));

describe('a frame', () => {
  test('is read with the fields that a person looks for', () => {
    const bytes = Buffer.from(FRAME);
    expect(readFrame(bytes, 0, bytes.length, new ParsedMessage())).toEqual({
      ok: true,
      message: {
        time: '2026-11-22T10:00:00.123Z',
        severity: 'warning',
        facility: 16,
        host: 'cloud',
        app: 'app',
        resource: 'web-1',
        type: 'a.b.c',
        tenant: 'acme',
        id: 'i',
        sequenceId: 7,
        truncated: 3,
        data: { 'data@32473': { k: '"]' } },
        message: 'Grüße\u001b[2J',
      },
    });
  });

  test('with nothing but dashes has no fields', () => {
    const bytes = Buffer.from('<13>1 - - - - - -');
    expect(readFrame(bytes, 0, bytes.length, new ParsedMessage())).toEqual({
      ok: true,
      message: { severity: 'notice', facility: 1, data: {}, message: '' },
    });
  });

  test('whose elements are called like parts of an object does no harm', () => {
    const bytes = Buffer.from('<13>1 - - - - - [__proto__ __proto__="x" constructor="y"]');
    const frame = readFrame(bytes, 0, bytes.length, new ParsedMessage());
    expect(frame.ok && Object.keys(frame.message.data)).toEqual(['__proto__']);
  });

  test('that is no message comes back with the reason', () => {
    const bytes = Buffer.from('hello');
    expect(readFrame(bytes, 0, 5, new ParsedMessage())).toMatchObject({
      ok: false,
      text: 'hello',
      fault: expect.stringContaining('PRI'),
    });
  });
});

describe('a receiver', () => {
  test('takes octet-counted frames and lines, cut anywhere, and counts those that it cannot read', async () => {
    const { port, counts } = await listen();
    const stream = dial(port);
    stream.write('17 <13>1 - - - - - -<14>1 - - - - - - one\n99');
    await until('two frames', () => frames.length === 2);
    stream.write('x');
    await until('the broken frame', () => frames.length === 3);
    expect(texts()).toEqual(['', 'one', 'MSG-LEN is no number from 1 on']);
    expect(counts).toMatchObject({ messages: 2, invalid: 1, connections: 1 });
    await until('the connection to be gone', () => receiver?.open === 0);
  });

  test('hands over a last line without its LF when the sender ends', async () => {
    const { port } = await listen();
    dial(port).end('<14>1 - - - - - - last');
    await until('the last line', () => frames.length === 1);
    expect(texts()).toEqual(['last']);
  });

  test('that is slow leaves the rest to the sender’s side', async () => {
    const { port, counts } = await listen({ slowBytesPerS: 1000 });
    const line = `<14>1 - - - - - - ${'x'.repeat(81)}\n`;
    dial(port).write(line.repeat(10_000));
    await until('some lines', () => counts.messages >= 2);
    expect(counts.bytes).toBeLessThan(2000);
    expect(counts.bytes % 100).toBe(0);
  });

  test('resets its connections when it is told to cut them', async () => {
    const { port } = await listen();
    const stream = dial(port);
    let code: string | undefined;
    stream.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
    await until('the connection', () => receiver?.open === 1);
    expect(receiver?.cut()).toBe(1);
    await until('a reset', () => code === 'ECONNRESET');
  });

  test('says so when the port is taken', async () => {
    const { port } = await listen();
    await expect(
      Receiver.listen({ host: '127.0.0.1', port, clock: systemClock, onFrames: keep }),
    ).rejects.toMatchObject({
      code: 'door_unavailable',
    });
  });
});

describe('a receiver with TLS', () => {
  test('is trusted by who has its CA, under each of its names, and by nobody else', async () => {
    const identity = await makeIdentity(['127.0.0.1', 'localhost'], systemClock);
    const { port } = await listen({ tls: identity });
    const attempt = (options: object) =>
      new Promise<string>((resolve) => {
        const stream = connectTls({ port, host: '127.0.0.1', ...options }, () => {
          stream.end(`${FRAME}\n`);
          resolve(stream.authorized ? 'authorized' : 'not');
        });
        stream.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
    expect(await attempt({ ca: identity.ca })).toBe('authorized');
    expect(await attempt({ ca: identity.ca, servername: 'localhost' })).toBe('authorized');
    expect(await attempt({ ca: identity.ca, servername: 'other.example' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await attempt({ ca: (await makeIdentity(['127.0.0.1'], systemClock)).ca })).not.toBe('authorized');
    await until('two frames', () => frames.length === 2);
    expect(fingerprintOf(identity.cert)).toMatch(/^sha-256:([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  test('keeps its identity in files, the key readable by its owner alone', async () => {
    const file = join(directory, 'deeper', 'ca.pem');
    const first = await keptIdentity(file, '127.0.0.1', systemClock);
    expect(await readFile(file, 'utf8')).toBe(first.ca);
    expect((await stat(join(directory, 'deeper', 'ca.key'))).mode & 0o777).toBe(0o600);
    expect(await keptIdentity(file, '127.0.0.1', systemClock)).toEqual(first);
    expect((await keptIdentity(file, '192.0.2.7', systemClock)).cert).not.toBe(first.cert);
  });

  test('makes a new identity before the old one ends', async () => {
    const identity = await makeIdentity(['127.0.0.1'], systemClock);
    expect(stillServes(identity, ['127.0.0.1'], later(80))).toBe(true);
    expect(stillServes(identity, ['127.0.0.1'], later(89.5))).toBe(false);
  });
});

describe('sluice receive', () => {
  test('prints one line per message, harmless to a terminal, and ends after --count', async () => {
    const running = startSluice(['receive', '--port', '0', '--count', '2'], { directory });
    dial(await portOf(running)).write(`${FRAME}\nnonsense\n${FRAME}\n`);
    const { code, out, err } = await running.ended;
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '10:00:00.123  warning  acme    a.b.c web-1   Grüße\\x1b[2J k="] (3 bytes cut)  #7',
      expect.stringMatching(/^not a syslog message: PRI .*: nonsense$/),
      '',
    ]);
    expect(err).toContain('hint: sluice drain add syslog://127.0.0.1:');
    expect(err).toMatch(/received 2 messages, 1 frame that can't be read/);
  });

  test('with -o json prints one object per line, and on Ctrl-C its summary', async () => {
    const running = startSluice(['receive', '--port', '0', '-o', 'json'], { directory });
    dial(await portOf(running)).write(`${FRAME}\n`);
    await until('the line', () => running.out.endsWith('\n'));
    running.child.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ tenant: 'acme', sequenceId: 7 });
    expect(err).toContain('received 1 message,');
  });

  test('with --tls says where its CA is and what to type', async () => {
    const running = startSluice(['receive', '--port', '0', '--tls'], { directory });
    await portOf(running);
    await until('the hint', () => running.err.includes('--ca .sluice/receive-ca.pem'));
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(running.err).toMatch(/CA is in \.sluice\/receive-ca\.pem; its certificate is sha-256:/);
    expect(await readFile(join(directory, '.sluice/receive-ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
  });
});
