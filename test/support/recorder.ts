// A receiver in the test's own process that keeps every message it reads.
import { systemClock } from '../../src/base/clock.js';
import type { ReceivedMessage } from '../../src/cli/read-frame.js';
import { Receiver } from '../../src/cli/receiver.js';

export class Recorder {
  readonly messages: ReceivedMessage[] = [];
  /** Frames that were no RFC 5424 messages, as text; what a sender's end cut short is none. */
  readonly invalid: string[] = [];
  #receiver: Receiver | undefined;

  /**
   * Listens on a loopback port: any, or the one given, to come back where it was.
   * @param keep what becomes of a message; kept whole in `messages` unless told
   */
  static async start(
    port = 0,
    tls?: { readonly cert: string; readonly key: string },
    keep?: (message: ReceivedMessage) => void,
  ): Promise<Recorder> {
    const recorder = new Recorder();
    recorder.#receiver = await Receiver.listen({
      host: '127.0.0.1',
      port,
      ...(tls && { tls }),
      clock: systemClock,
      onFrames(frames) {
        for (const frame of frames) {
          if (frame.ok) (keep ?? ((message) => recorder.messages.push(message)))(frame.message);
          else if (!frame.fault.includes('the stream ended')) recorder.invalid.push(frame.text);
        }
      },
    });
    return recorder;
  }

  get port(): number {
    return this.#receiver?.port ?? 0;
  }

  get url(): string {
    return `syslog://127.0.0.1:${this.port}`;
  }

  /** Resets every open connection. */
  cut(): void {
    this.#receiver?.cut();
  }

  async stop(): Promise<void> {
    await this.#receiver?.close();
  }
}
