/*
 * Severities and facilities by name (RFC 5424 6.2.1), with the spellings that people and logging libraries use.
 * Promise: what `severityNames` and `facilityNames` hold is understood by the functions beside them. No state.
 */

/** The name of each severity, 0 to 7, as DESIGN spells them. */
export const severityNames = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

/** The name of each facility, 0 to 23. */
export const facilityNames: readonly string[] =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock '
    .concat('local0 local1 local2 local3 local4 local5 local6 local7')
    .split(' ');

const severities = new Map<string, number>([
  ...severityNames.map((name, level): [string, number] => [name, level]),
  ...severityNames.map((_, level): [string, number] => [String(level), level]),
  ['panic', 0],
  ['emergency', 0],
  ['critical', 2],
  ['fatal', 2],
  ['error', 3],
  ['warn', 4],
  ['information', 6],
  ['informational', 6],
  ['trace', 7],
]);

const facilities = new Map<string, number>([
  ...facilityNames.map((name, number): [string, number] => [name, number]),
  ...facilityNames.map((_, number): [string, number] => [String(number), number]),
  ['security', 4],
]);

/** 0 (emerg) to 7 (debug) for a name in any case, or for a digit; undefined for anything else. */
export const severityOf = (name: string): number | undefined => severities.get(name.toLowerCase());

/** 0 (kern) to 23 (local7) for a name in any case, or for a number; undefined for anything else. */
export const facilityOf = (name: string): number | undefined => facilities.get(name.toLowerCase());
