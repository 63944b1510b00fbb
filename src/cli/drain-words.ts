/*
 * A drain in words: what it is, how it is doing, and what to do about it (PEERS, "What users ask for", 1, 2 and 6).
 * Promise: every figure is the agent's own; the ledger is shown so that a person can add it up. Pure.
 */
import type { DrainJson, LedgerJson } from '../api/view.js';
import { ago, count, counted, printable, size, span } from './format.js';
import { type Entry, entries, table } from './print.js';

/** What comes through: `everything`, or the patterns and the severity. */
export function filterWords({ types, min_severity }: DrainJson['filter']): string {
  const all = types.length === 0 || types.includes('**');
  const graver = min_severity === 'debug' ? '' : `${min_severity} and graver`;
  if (all) return graver === '' ? 'everything' : graver;
  return printable(types.join(', ')) + (graver === '' ? '' : `; ${graver}`);
}

/** One word or two for a table: `active`, `paused`, `failing`. */
export function stateWord({ state, last_error, connection }: DrainJson): string {
  if (state === 'active' && last_error) return 'failing';
  return state === 'active' && connection.stalled ? 'stalled' : state;
}

export const droppedSum = ({ dropped }: LedgerJson): number =>
  Object.values(dropped).reduce((sum, each) => sum + each, 0);

/** The drains as a table. */
export function drainTable(drains: readonly DrainJson[]): string {
  const rows = drains.map((drain) => [
    drain.id,
    drain.tenant,
    printable(drain.name),
    stateWord(drain),
    count(drain.backlog.events),
    count(drain.ledger.delivered),
    count(droppedSum(drain.ledger)),
    drain.url,
    filterWords(drain.filter),
  ]);
  return table(['id', 'tenant', 'name', 'state', 'waiting', 'delivered', 'dropped', 'url', 'filter'], rows, [4, 5, 6]);
}

/** What was just added or changed. */
export function drainSummary(drain: DrainJson): string {
  return entries([...identity(drain), ['state', drain.state], ...settings(drain)]);
}

/** Everything about one drain, as `drain show` explains it. @param nowMs for ages, milliseconds since 1970 */
export function drainWords(drain: DrainJson, nowMs: number): string {
  const list: Entry[] = [...identity(drain), ['state', stateWords(drain, nowMs)]];
  if (drain.last_error) list.push(['last error', errorWords(drain, nowMs)]);
  list.push(['waiting', backlogWords(drain, nowMs)], ['ledger', ledgerWords(drain)]);
  if (droppedSum(drain.ledger) > 0) list.push(['dropped', droppedWords(drain.ledger)]);
  if (drain.last_delivery) list.push(['last delivery', `${drain.last_delivery} (${ago(drain.last_delivery, nowMs)})`]);
  list.push(...settings(drain));
  if (drain.filtered > 0) list.push(['filter left out', counted(drain.filtered, 'event')]);
  if (drain.paced.events > 0) {
    list.push(['pace held back', `${counted(drain.paced.events, 'event')}, ${span(drain.paced.ms)} in all`]);
  }
  list.push(['created', `${drain.created} (${ago(drain.created, nowMs)})`]);
  return entries(list);
}

const identity = ({ id, name, tenant, url }: DrainJson): Entry[] => [
  ['drain', name === '' || name === id ? id : `${id}  ${printable(name)}`],
  ['tenant', tenant],
  ['url', url],
];

function settings({ filter, framing, limits, tls, structured_data }: DrainJson): Entry[] {
  const list: Entry[] = [
    ['filter', filterWords(filter)],
    ['framing', `${framing}, messages of up to ${size(limits.message_bytes_max)}`],
    ['pace', `${count(limits.events_per_s)} events/s, ${size(limits.bytes_per_s)}/s`],
  ];
  const trust: string[] = [];
  if (tls.ca) trust.push('a CA of its own');
  if (tls.client_cert) trust.push('a client certificate');
  if (tls.server_name) trust.push(`server name ${printable(tls.server_name)}`);
  if (tls.fingerprint) trust.push(`fingerprint ${printable(tls.fingerprint)}`);
  if (tls.not_after) trust.push(`valid until ${tls.not_after}`);
  if (trust.length > 0) list.push(['tls', trust.join(', ')]);
  if (structured_data) list.push(['adds', printable(structured_data)]);
  return list;
}

function stateWords({ state, last_error, connection, backlog }: DrainJson, nowMs: number): string {
  if (state === 'paused') return 'paused: its events are kept, within the bounds of the journal';
  if (last_error)
    return `active, but failing for ${span(nowMs - Date.parse(last_error.since))}; it is tried again by itself`;
  if (connection.stalled) return 'active, but the receiver takes no bytes; they wait';
  if (connection.phase === 'open' && connection.peer) {
    const { address, protocol, not_after } = connection.peer;
    const certificate = not_after ? `, its certificate is valid until ${not_after}` : '';
    return `active, connected to ${address} (${protocol})${certificate}`;
  }
  return backlog.events === 0 ? 'active, nothing to send' : `active, ${connection.phase}`;
}

function errorWords({ last_error }: DrainJson, nowMs: number): string[] {
  if (!last_error) return [];
  const { code, message, hint, since, attempts, next_try } = last_error;
  const next = next_try === null ? '' : `, next try in ${span(Math.max(0, Date.parse(next_try) - nowMs))}`;
  return [`${code}: ${printable(message)}`, printable(hint), `since ${since}, ${counted(attempts, 'attempt')}${next}`];
}

function backlogWords({ backlog, ledger }: DrainJson, nowMs: number): string {
  if (backlog.events === 0) return 'nothing';
  const oldest = backlog.oldest ? `, the oldest from ${ago(backlog.oldest, nowMs)}` : '';
  const doubt = ledger.in_doubt > 0 ? `; ${count(ledger.in_doubt)} of them written and not yet acknowledged` : '';
  return `${counted(backlog.events, 'event')}, ${size(backlog.bytes)}${oldest}${doubt}`;
}

function ledgerWords({ ledger }: DrainJson): string[] {
  const { accepted, delivered, queued, in_doubt, resent } = ledger;
  const sum = `${count(accepted)} accepted = ${count(delivered)} delivered + ${count(queued)} queued + ${count(in_doubt)} in doubt + ${count(droppedSum(ledger))} dropped`;
  if (resent === 0) return [sum];
  return [sum, `${count(resent)} sent again after a broken connection; the receiver can tell by their id`];
}

function droppedWords({ dropped }: LedgerJson): string[] {
  const { expired, journal_full, too_large, removed } = dropped;
  const lines: string[] = [];
  if (expired > 0) lines.push(`${count(expired)} expired: older than journal.ttl before the receiver took them`);
  if (journal_full > 0)
    lines.push(`${count(journal_full)} journal full: the oldest made room (journal.tenant_bytes_max)`);
  if (too_large > 0) lines.push(`${count(too_large)} too large: headers alone were over message_bytes_max`);
  if (removed > 0) lines.push(`${count(removed)} removed`);
  return lines;
}
