/*
 * The process's own streams, and the only writer to them: results on stdout, notes, hints and progress on stderr.
 * Promise: colours and progress only where a person looks; a reader that goes away (`| head`) ends the command quietly.
 * Owner: main.ts makes one and hands it to every command.
 */
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import type { Environment } from './environment.js';
import { width } from './format.js';

export type Style = Parameters<typeof styleText>[0];

/** One output stream, line by line. */
export class Page {
  readonly isTerminal: boolean;
  readonly #stream: NodeJS.WriteStream;
  readonly #colours: boolean;

  constructor(stream: NodeJS.WriteStream, descriptor: 1 | 2, plain: boolean) {
    this.#stream = stream;
    this.isTerminal = isatty(descriptor);
    this.#colours = this.isTerminal && !plain;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }

  /** Columns of the terminal; 100 where there is none. */
  get columns(): number {
    return this.#stream.columns || 100;
  }

  write(text: string): void {
    this.#stream.write(text);
  }

  /** `text` in this style, or as it is where colours are not wanted. */
  paint(style: Style, text: string): string {
    return this.#colours ? styleText(style, text, { validateStream: false }) : text;
  }
}

const ERASE_LINE = '\r\u001b[2K';

export class Terminal {
  readonly out: Page;
  readonly err: Page;
  readonly input: NodeJS.ReadStream;
  #progressShown = false;

  constructor(environment: Environment) {
    this.out = new Page(process.stdout, 1, environment.plain);
    this.err = new Page(process.stderr, 2, environment.plain);
    this.input = process.stdin;
  }

  /** One line (or several) of the result. */
  print(text: string): void {
    this.#clearProgress();
    this.out.write(`${text}\n`);
  }

  /** One line for the person, beside the result. */
  note(text: string): void {
    this.#clearProgress();
    this.err.write(`${text}\n`);
  }

  /** What to do next. */
  hint(text: string): void {
    this.note(`${this.err.paint('cyan', 'hint:')} ${text}`);
  }

  /** A line that the next one replaces; nothing where stderr is not a terminal. */
  progress(text: string): void {
    if (!this.err.isTerminal) return;
    const room = this.err.columns - 1;
    this.err.write(`${ERASE_LINE}${width(text) > room ? text.slice(0, room) : text}`);
    this.#progressShown = true;
  }

  /** Starts the page again, for what is redrawn; nothing where stdout is not a terminal. */
  clear(): void {
    if (this.out.isTerminal) this.out.write('\u001b[H\u001b[2J');
  }

  /** True if stdin is a terminal: nothing is piped in. */
  get typesIn(): boolean {
    return isatty(0);
  }

  /** True if a person can be asked. */
  get canAsk(): boolean {
    return this.typesIn && this.err.isTerminal;
  }

  /** Asks a yes-or-no question; anything but y or yes is no. */
  async ask(question: string): Promise<boolean> {
    const { createInterface } = await import('node:readline/promises');
    const dialogue = createInterface({ input: this.input, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await dialogue.question(`${question} [y/N] `)).trim());
    } finally {
      dialogue.close();
    }
  }

  #clearProgress(): void {
    if (!this.#progressShown) return;
    this.err.write(ERASE_LINE);
    this.#progressShown = false;
  }
}

/**
 * A signal that aborts at the first SIGINT or SIGTERM; at the second the process ends at once with 128 + its number.
 * `release` gives the signals back.
 */
export function interruption(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    controller.abort(name);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const release = () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  return { signal: controller.signal, release };
}
