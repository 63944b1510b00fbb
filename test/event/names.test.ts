// Names that people use for severities and facilities, and what is remembered of a name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameCache } from '../../src/event/name-cache.js';
import { facilityNames, facilityOf, severityNames, severityOf } from '../../src/event/severity.js';
import { EventIds } from '../../src/event/event-ids.js';

describe('severity and facility names', () => {
  it('are understood, each as its number in RFC 5424 6.2.1', () => {
    expect(severityNames.map((name) => severityOf(name))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(facilityNames.map((name) => facilityOf(name))).toEqual(Array.from({ length: 24 }, (_, number) => number));
    expect([facilityOf('local0'), facilityOf('authpriv')]).toEqual([16, 10]);
  });

  it('are not made of what every object has', () => {
    expect([severityOf('constructor'), facilityOf('__proto__'), severityOf('')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a cache of names', () => {
  it('answers for the name asked for, whatever else it remembers', () => {
    const cache = new NameCache(2, (bytes) => ({ bytes, text: bytes.toString('latin1') }));
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 })), (names) => {
        for (const name of names) expect(cache.get(Buffer.from(`x${name}x`), 1, 1 + name.length).text).toBe(name);
      }),
    );
  });

  it('works a name out once and keeps a copy of its bytes', () => {
    let made = 0;
    const cache = new NameCache(16, (bytes) => ({ bytes, number: ++made }));
    const bytes = Buffer.from('name');
    const first = cache.get(bytes, 0, 4);
    expect(cache.get(Buffer.from('name'), 0, 4)).toBe(first);
    bytes.fill(0);
    expect([made, first.bytes.toString()]).toEqual([1, 'name']);
  });
});

describe('ids', () => {
  it('count up under one prefix, and get a new one when the counter is used up', () => {
    const prefixes = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];
    const ids = new EventIds({ fraction: () => 0, letters: () => prefixes.shift()! });
    const seen: string[] = [];
    for (let i = 0; i < 33; i++) {
      ids.advance();
      seen.push(ids.bytes.toString());
    }
    expect(seen[0]).toBe('aaaaaaaaaaaa0000001');
    expect(seen.slice(30)).toEqual(['aaaaaaaaaaaa000000z', 'aaaaaaaaaaaa0000010', 'aaaaaaaaaaaa0000011']);
    ids.bytes.write('zzzzzzz', 12);
    ids.advance();
    expect(ids.bytes.toString()).toBe('bbbbbbbbbbbb0000000');
  });
});
