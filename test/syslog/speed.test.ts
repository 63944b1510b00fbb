// The bounds that the headers of parse.ts and framing.ts state, in a process of its own (the test runner slows every import down),
// on the best of many rounds, so that a busy machine does not matter.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const compiled = fileURLToPath(new URL('../../dist/syslog/', import.meta.url));

const program = `
  import { FrameDecoder } from '${compiled}framing.js';
  import { ParsedMessage, parseRfc5424 } from '${compiled}parse.js';
  const text = '<165>1 2003-10-11T22:14:15.003Z cloud.example.net orchestration stack-7 orchestration.stack.create.end ' +
    '[sluice@32473 tenant="acme" id="0123456789abcdef" type="orchestration.stack.create.end"][data@32473 a="b" d="e"] ';
  const message = Buffer.from(text.padEnd(250, 'x'));
  function microseconds(count, round) {
    let best = Infinity;
    for (let i = 0; i < 30; i++) {
      const start = performance.now();
      round();
      best = Math.min(best, performance.now() - start);
    }
    return (best * 1000) / count;
  }
  const parsed = new ParsedMessage();
  const parse = microseconds(10_000, () => {
    for (let i = 0; i < 10_000; i++) parseRfc5424(message, 0, message.length, parsed);
  });
  const decode = (frame) => {
    const chunk = Buffer.from(frame.repeat(256));
    const decoder = new FrameDecoder({ frameBytesMax: 8192 });
    let octets = 0;
    const each = microseconds(5120, () => {
      for (let i = 0; i < 20; i++) decoder.push(chunk, (_, start, end) => (octets += end - start));
    });
    return { each, octets };
  };
  const counted = decode('250 ' + message);
  const line = decode(message + '\\n');
  console.log(JSON.stringify({ parse, elements: parsed.elementCount, counted, line }));
`;

test('a message of 250 octets is parsed in under a microsecond, its frame found in under half of one', () => {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  const { parse, elements, counted, line } = JSON.parse(output);
  expect([elements, counted.octets, line.octets]).toEqual([2, 30 * 5120 * 250, 30 * 5120 * 250]);
  expect(parse).toBeLessThan(1);
  expect(counted.each).toBeLessThan(0.5);
  expect(line.each).toBeLessThan(0.5);
});
