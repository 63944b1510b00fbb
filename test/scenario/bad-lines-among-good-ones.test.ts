// DESIGN, "Events": each bad line is refused by name, with its number; its neighbours arrive unharmed.
import { expect, it } from 'vitest';
import { AgentProcess, inDirectory } from '../support/agent.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';

const good = { tenant: 'acme', type: 'stack.create', message: 'fine' };
const json = (fields: object) => Buffer.from(JSON.stringify({ ...good, ...fields }));
const text = (line: string) => Buffer.from(line);

/** Every kind of bad line, and the code that names it. */
const badLines: [code: string, line: Buffer][] = [
  ['not_json', text('{"tenant":"acme",')],
  ['not_json', text('[]')],
  ['bad_utf8', Buffer.concat([text('{"tenant":"acme","type":"a","message":"'), Buffer.from([0xc3, 0x28]), text('"}')])],
  ['lone_surrogate', text('{"tenant":"acme","type":"a","message":"\\ud800"}')],
  ['event_too_large', json({ message: 'x'.repeat(256 * 1024) })],
  ['too_deep', json({ data: { a: { b: 1 } } })],
  [
    'too_deep',
    text(`{"tenant":"acme","type":"a","message":"x","data":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
  ],
  ['duplicate_key', text('{"tenant":"acme","type":"a","message":"x","\\u0074ype":"b"}')],
  ['unknown_field', json({ colour: 'red' })],
  ['missing_field', text('{"tenant":"acme","type":"a"}')],
  ['bad_type', json({ type: 'No Spaces Or Capitals' })],
  ['reserved_type', json({ type: 'sluice.dropped' })],
  ['bad_message', json({ message: 7 })],
  ['bad_severity', json({ severity: 'loud' })],
  ['bad_time', json({ time: 'yesterday' })],
  ['bad_time', json({ time: '2026-12-31T23:59:60Z' })],
  ['bad_id', json({ id: 'with space' })],
  ['bad_app', json({ app: 'ä' })],
  ['bad_resource', json({ resource: 'x'.repeat(129) })],
  ['bad_host', json({ host: '' })],
  ['bad_facility', json({ facility: 24 })],
  ['bad_data', json({ data: { 'a=b': 1 } })],
  ['bad_tenant', json({ tenant: '../etc' })],
  ['tenant_unknown', json({ tenant: 'nobody' })],
];

it('every kind of bad line is named with its number, and every good line around it arrives', () =>
  inDirectory(async (directory) => {
    const recorder = await Recorder.start();
    const agent = await AgentProcess.start(directory);
    try {
      await agent.addTenant('acme');
      await agent.addDrain('acme', { url: recorder.url });
      const lines = badLines.flatMap(([, line], index) => [json({ message: `good ${index + 1}` }), line]);
      const body = Buffer.concat(lines.flatMap((line) => [line, text('\n')]));

      const answer = await agent.sendText(body);

      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({ accepted: badLines.length, limited: 0, rejected_count: badLines.length });
      expect(answer.body.rejected.map(({ line, code }: { line: number; code: string }) => [code, line])).toEqual(
        badLines.map(([code], index) => [code, 2 * index + 2]),
      );
      for (const { message } of answer.body.rejected) expect(message).toMatch(/^[A-Z`].{10,}/);
      await until('every good line', () => recorder.messages.length === badLines.length);
      expect(recorder.messages.map(({ message }) => message)).toEqual(badLines.map((_, index) => `good ${index + 1}`));
      expect(recorder.invalid).toEqual([]);
    } finally {
      await agent.kill();
      await recorder.stop();
    }
  }));
