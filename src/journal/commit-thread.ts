/*
 * The agent's side of the commit thread: requests become promises.
 * Promise: answers settle in the order of the requests; when the thread ends by itself everything that waits, and comes later, fails with
 * journal_failed. Owner: journal.ts.
 */
import { Worker } from 'node:worker_threads';
import { Failure } from '../base/failure.js';
import type { BatchSummary } from './extents.js';
import type { Greeting, Loaded, Recovered, Reply, Request, StoreOptions, Write } from './messages.js';

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (failure: Failure) => void;
}

/** A request without its number. */
type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

export class CommitThread {
  readonly #worker: Worker;
  readonly #waiting: Map<number, Waiting> = new Map();
  #lastId = 0;
  /** Why nothing can be asked any more. */
  #ended: Failure | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(undefined));
  }

  /**
   * Starts the thread and has it open the file.
   * @throws Failure as JournalStore does
   */
  static async start(options: StoreOptions): Promise<{ readonly thread: CommitThread; readonly recovered: Recovered }> {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options, name: 'journal' });
    const greeting = await new Promise<Greeting>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (greeting.kind === 'refused') {
      await worker.terminate();
      throw new Failure(greeting.code, greeting.message);
    }
    return { thread: new CommitThread(worker), recovered: greeting.recovered };
  }

  /** One transaction. @returns summaries of the batches that its compaction wrote */
  async write(write: Write): Promise<readonly BatchSummary[]> {
    const reply = await this.#ask({ kind: 'write', write });
    return reply.kind === 'done' ? reply.written : [];
  }

  /** Records of some batches, in the order asked for. */
  async load(batches: readonly number[]): Promise<readonly Loaded[]> {
    const reply = await this.#ask({ kind: 'load', batches });
    return reply.kind === 'loaded' ? reply.batches : [];
  }

  /** Folds the log into the file, lets it go, ends the thread. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.#ask({ kind: 'close' });
    await exited;
  }

  /** Ends the thread without asking it: for one whose disk failed. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<Reply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage({ ...asked, id });
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'failed') waiting?.reject(new Failure(reply.code, reply.message));
    else waiting?.resolve(reply);
  }

  #end(cause: unknown): void {
    this.#ended ??= new Failure('journal_failed', 'The commit thread has ended.', { cause });
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
