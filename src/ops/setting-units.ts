/*
 * How one value of the settings file is read: durations, sizes, counts, choices, addresses, lists. Pure.
 * Promise: what a unit returns is within its bounds; what it doesn't take is a Failure whose message continues "KEY …".
 * Owner: settings-table.ts, one unit per row.
 */
import ipaddr from 'ipaddr.js';
import { Failure } from '../base/failure.js';
import { limits } from '../base/limits.js';
import { hostPort } from '../destination/host-port.js';

export interface Unit<T> {
  /** For the docs and the error: "a duration such as 10s (1s to 1h)". */
  readonly takes: string;
  /** @param given as YAML gave it. @throws Failure config_invalid */
  parse(given: unknown): T;
}

const shown = (given: unknown): string => {
  const text = JSON.stringify(given) ?? String(given);
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
};

/** The Failure of a value that isn't what the row takes. */
export const wrong = (given: unknown, takes: string): Failure =>
  new Failure('config_invalid', `is ${takes}, not ${shown(given)}`);

const unit = <T>(takes: string, read: (given: unknown) => T | undefined): Unit<T> => ({
  takes,
  parse(given) {
    const value = read(given);
    if (value === undefined) throw wrong(given, takes);
    return value;
  },
});

const within = (value: number, min: number, max: number): number | undefined =>
  Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;

const MS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES_PER: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

const scaled = (text: string, scale: Readonly<Record<string, number>>): number => {
  const parts = /^(\d{1,15})([A-Za-z]{1,3})$/.exec(text);
  if (parts === null || !Object.hasOwn(scale, parts[2])) return Number.NaN;
  return Number(parts[1]) * scale[parts[2]];
};

/** `10ms 10s 4m 72h 3d` → milliseconds between `min` and `max`, which are written alike. */
export const duration = (min: string, max: string): Unit<number> =>
  unit(`a duration such as 10ms, 10s, 4m, 72h (${min} to ${max})`, (given) =>
    typeof given === 'string' ? within(scaled(given, MS_PER), scaled(min, MS_PER), scaled(max, MS_PER)) : undefined,
  );

/** `8GiB 512KiB`, or a bare number of bytes → bytes between `min` and `max`. */
export const size = (min: string, max: string): Unit<number> =>
  unit(`a size such as 512KiB, 64MiB, 8GiB (${min} to ${max})`, (given) => {
    const bytes = typeof given === 'string' ? scaled(given, BYTES_PER) : Number(given);
    return typeof given === 'string' || typeof given === 'number'
      ? within(bytes, scaled(min, BYTES_PER), scaled(max, BYTES_PER))
      : undefined;
  });

/** A whole number, written without a unit: the key names it. */
export const count = (min: number, max: number): Unit<number> =>
  unit(`a whole number (${min} to ${max})`, (given) =>
    typeof given === 'number' ? within(given, min, max) : undefined,
  );

export const yesOrNo: Unit<boolean> = unit('true or false', (given) =>
  typeof given === 'boolean' ? given : undefined,
);

export const choice = <const T extends string>(...options: readonly T[]): Unit<T> =>
  unit(`one of ${options.join(', ')}`, (given) => options.find((option) => option === given));

/** One of `names` or its index. */
export const numbered = (what: string, names: readonly string[]): Unit<number> =>
  unit(`a ${what} (${names.join(' ')}, or 0 to ${names.length - 1})`, (given) => {
    if (typeof given === 'number') return within(given, 0, names.length - 1);
    const index = typeof given === 'string' ? names.indexOf(given) : -1;
    return index < 0 ? undefined : index;
  });

const PRINTABLE = /^[\x21-\x7e]+$/;

/** Printable ASCII without space, RFC 5424 6. */
export const printable = (lengthMax: number): Unit<string> =>
  unit(`1 to ${lengthMax} printable ASCII characters without space`, (given) =>
    typeof given === 'string' && given.length <= lengthMax && PRINTABLE.test(given) ? given : undefined,
  );

// A NUL ends a path in the kernel before it ends here.
const isPath = (given: unknown): given is string =>
  typeof given === 'string' && given !== '' && given.length <= limits.pathLengthMax && !given.includes('\0');

export const path: Unit<string> = unit('a path', (given) => (isPath(given) ? given : undefined));

/** `off` → null, anything else as `inner` reads it. */
export const orOff = <T>(inner: Unit<T>): Unit<T | null> => ({
  takes: `${inner.takes}, or off`,
  parse: (given) => (given === 'off' || given === false ? null : inner.parse(given)),
});

/** At most `limits.settingListMax` values, each as `inner` reads it. */
export const listOf = <T>(inner: Unit<T>): Unit<readonly T[]> => ({
  takes: `a list, each ${inner.takes}`,
  parse(given) {
    if (!Array.isArray(given) || given.length > limits.settingListMax) {
      throw wrong(given, `a list of at most ${limits.settingListMax}`);
    }
    return given.map((each) => inner.parse(each));
  },
});

/** A range of addresses with its prefix, or one address, which stands for itself alone. */
export const addressRange: Unit<string> = unit('a range of addresses such as 10.0.0.0/8 or fd00::/8', (given) => {
  if (typeof given !== 'string' || given.length > 64) return undefined;
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(given) || ipaddr.IPv6.isValidCIDR(given)) return given;
  if (ipaddr.IPv4.isValidFourPartDecimal(given)) return `${given}/32`;
  return ipaddr.IPv6.isValid(given) && !given.includes('%') ? `${given}/128` : undefined;
});

/** An address of this machine's loopback with a port. */
export const loopbackAddress: Unit<string> = unit(
  'a loopback address with its port such as 127.0.0.1:5514',
  (given) => {
    const address = typeof given === 'string' ? hostPort(given) : undefined;
    if (address === undefined) return undefined;
    return ipaddr.process(address.host).range() === 'loopback' ? String(given) : undefined;
  },
);

/** Any address with a port. */
export const address: Unit<string> = unit('an address with its port such as 127.0.0.1:8514', (given) =>
  typeof given === 'string' && hostPort(given) !== undefined ? given : undefined,
);

/** An address, with a port if it isn't 53. */
export const nameServer: Unit<string> = unit('a name server such as 192.0.2.53 or 192.0.2.53:5353', (given) => {
  if (typeof given !== 'string' || given.length > 64) return undefined;
  const alone = ipaddr.IPv4.isValidFourPartDecimal(given) || ipaddr.IPv6.isValid(given);
  return alone || hostPort(given) !== undefined ? given : undefined;
});
