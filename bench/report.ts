/*
 * What the measurements amount to: medians with their ranges, the ratio to the first peer, and everything that a reader needs
 * in order to doubt them.
 */
import type { Measurement } from './harness.js';
import type { StreamShape } from './stream.js';

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Figures {
  readonly messagesPerS: Spread;
  readonly cpuMicrosecondsPerMessage: Spread;
  readonly residentBytesMax: Spread;
}

export interface Figure extends Figures {
  readonly name: string;
  readonly version: string;
  readonly how: string;
}

export interface Report extends StreamShape {
  readonly transport: 'TCP' | 'TLS';
  readonly runs: number;
  readonly warmUp: number;
  readonly machine: string;
  readonly cores: string;
  /** Load average of the last minute when the first run began: what else the machine did. */
  readonly loadBefore: number;
  /** Generator straight into sink. */
  readonly ceiling: Spread;
  readonly peers: readonly Figure[];
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? 0;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 0 ? (at(middle - 1) + at(middle)) / 2 : at(middle);
  return { median, min: at(0), max: at(sorted.length - 1) };
}

export const figureOf = (measurements: readonly Measurement[]): Figures => ({
  messagesPerS: spreadOf(measurements.map((each) => each.messagesPerS)),
  cpuMicrosecondsPerMessage: spreadOf(measurements.map((each) => each.cpuMicrosecondsPerMessage ?? 0)),
  residentBytesMax: spreadOf(measurements.map((each) => each.residentBytesMax ?? 0)),
});

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const range = ({ min, max }: Spread): string => `${whole(min)} – ${whole(max)}`;

/** Aligned columns for a person; ends in a line feed. */
export function reportText(report: Report): string {
  const first = report.peers[0];
  const rows = [
    ['', 'messages/s', 'range', 'CPU µs/message', 'memory MiB', 'ratio'],
    ...report.peers.map((peer) => [
      `${peer.name} ${peer.version}`,
      whole(peer.messagesPerS.median),
      range(peer.messagesPerS),
      peer.cpuMicrosecondsPerMessage.median.toFixed(1),
      whole(peer.residentBytesMax.median / 2 ** 20),
      first === undefined || first === peer
        ? ''
        : `${first.name} is ${(first.messagesPerS.median / peer.messagesPerS.median).toFixed(2)}×`,
    ]),
    ['generator → sink alone', whole(report.ceiling.median), range(report.ceiling), '', '', ''],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [
    `${whole(report.messages)} messages of ${report.messageBytes} bytes to ${report.drains} drains over ${report.transport}`,
    `medians of ${report.runs} interleaved runs, each after ${whole(report.warmUp)} messages of warm-up`,
    `every message received once, in order, at its own receiver`,
    '',
    ...table,
    '',
    ...report.peers.map((peer) => `${peer.name}: ${peer.how}`),
    report.cores,
    report.machine,
    `load average before: ${report.loadBefore.toFixed(1)}${report.loadBefore > 0.5 ? ': the machine was not idle, trust the ratio and not the figures' : ''}`,
    '',
  ].join('\n');
}
