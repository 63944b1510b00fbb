/*
 * Happenings as lines on stderr: one JSON object per line, or text for people. The only importer of pino.
 * Promise: reporting never throws and never waits for whoever reads the log; what is buffered is written before the process ends.
 * Worst case: a reader that stands still, or a full disk, costs limits.logBytesMax of memory, and the lines beyond it. Owner: cli/agent.ts.
 */
import { pino } from 'pino';
import type { Clock } from '../base/clock.js';
import type { Happening, Report } from '../base/happening.js';
import { limits } from '../base/limits.js';
import { type Level, lineOf } from './log-line.js';

interface LogSettings {
  readonly level: Level;
  readonly format: 'json' | 'text';
}

/** Where lines go; pino's own stream for a file descriptor, or a fake in a test. */
export interface LineSink {
  write(line: string): void;
}

const STDERR = 2;
const severity: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * @param clock `now` for waits, `wall` for the time that a line shows
 * @param sink stderr unless told
 */
export function openLog(settings: LogSettings, clock: Clock, sink: LineSink = stderrSink()): Report {
  return settings.format === 'json' ? jsonLog(settings.level, clock, sink) : textLog(settings.level, clock, sink);
}

/** Lines that can't be written now (a log file on a full disk) wait, and go out with the next one that can. */
function stderrSink(): LineSink {
  const stream = pino.destination({ fd: STDERR, sync: false, maxLength: limits.logBytesMax });
  let failed = false;
  // Without a listener the error would end the agent.
  stream.on('error', () => (failed = true)).on('write', () => (failed = false));
  const flushSync = stream.flushSync.bind(stream);
  // At the exit it tries again for as long as the disk is full: the process would never end.
  stream.flushSync = () => {
    if (!failed) flushSync();
  };
  return stream;
}

const timeText = (clock: Clock): string => new Date(clock.wall()).toISOString();

function jsonLog(level: Level, clock: Clock, sink: LineSink): Report {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${timeText(clock)}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return (happening) => {
    const { level: own, message } = lineOf(happening, clock.now());
    logger[own](fieldsOf(happening), message);
  };
}

function textLog(level: Level, clock: Clock, sink: LineSink): Report {
  return (happening) => {
    const { level: own, message } = lineOf(happening, clock.now());
    if (severity[own] < severity[level]) return;
    sink.write(`${timeText(clock)} ${own.toUpperCase().padEnd(5)} ${message}\n`);
  };
}

/** The happening's own fields, in the spelling of the API; a bug's error is in the message. */
function fieldsOf(happening: Happening): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(happening)) {
    if (key === 'error') continue;
    fields[key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
  }
  return fields;
}
