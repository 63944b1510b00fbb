/*
 * One received frame as one line for a person: time, severity, tenant, type, message, number. Columns only grow, so that lines
 * stay aligned without knowing what comes.
 * Promise: nothing that a terminal would obey gets through.
 */
import { printable, timeOfDay, width } from './format.js';
import type { ReadFrame, ReceivedMessage } from './read-frame.js';
import type { Page, Style } from './terminal.js';

const TENANT_WIDTH_MAX = 20;
const TYPE_WIDTH_MAX = 36;
const INVALID_SHOWN_MAX = 200;

const STYLES: Readonly<Record<string, Style>> = {
  emerg: ['bold', 'red'],
  alert: ['bold', 'red'],
  crit: ['bold', 'red'],
  err: 'red',
  warning: 'yellow',
  notice: 'cyan',
  debug: 'gray',
};

export class FrameLines {
  readonly #page: Page;
  #tenantWidth = 6;
  #typeWidth = 12;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The line, without its LF. */
  line(frame: ReadFrame): string {
    if (!frame.ok) {
      const text = printable(frame.text.slice(0, INVALID_SHOWN_MAX));
      return `${this.#page.paint('red', 'not a syslog message:')} ${frame.fault}${text === '' ? '' : `: ${text}`}`;
    }
    const { message } = frame;
    const tenant = printable(message.tenant ?? '-');
    const type =
      printable(message.type ?? '-') + (message.resource === undefined ? '' : ` ${printable(message.resource)}`);
    this.#tenantWidth = Math.min(TENANT_WIDTH_MAX, Math.max(this.#tenantWidth, width(tenant)));
    this.#typeWidth = Math.min(TYPE_WIDTH_MAX, Math.max(this.#typeWidth, width(type)));
    return [
      this.#page.paint('gray', timeOfDay(message.time ?? '-').padEnd(12)),
      this.#severity(message.severity),
      tenant.padEnd(this.#tenantWidth),
      this.#page.paint('gray', type.padEnd(this.#typeWidth)),
      printable(message.message) + this.#rest(message),
    ].join('  ');
  }

  #severity(severity: string): string {
    const style = STYLES[severity];
    const padded = severity.padEnd(7);
    return style === undefined ? padded : this.#page.paint(style, padded);
  }

  /** Structured data, the cut, and the number. */
  #rest({ data, truncated, sequenceId }: ReceivedMessage): string {
    const pairs = Object.values(data).flatMap((element) =>
      Object.entries(element).map(([name, value]) => ` ${name}=${printable(value)}`),
    );
    const cut = truncated === undefined ? '' : ` (${truncated} bytes cut)`;
    const number = sequenceId === undefined ? '' : `  #${sequenceId}`;
    return this.#page.paint('gray', `${pairs.join('')}${cut}${number}`);
  }
}
