// An agent's door that answers as a test says, on a unix socket in a directory of its own: for the CLI's half of each exchange.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly type: string | undefined;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ScriptedAgent {
  /** As `--url` takes it. */
  readonly url: string;
  /** Every request so far, in order. */
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** @param answer may wait before it answers; throwing cuts the connection */
export async function startScriptedAgent(answer: (asked: Asked) => Reply | Promise<Reply>): Promise<ScriptedAgent> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  const path = join(directory, 'control.sock');
  const asked: Asked[] = [];
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '' } = incoming;
    const one = { method, path: url, type: incoming.headers['content-type'], body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const reply = await answer(one);
    outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    outgoing.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true, force: true });
  };
  return { url: `unix:${path}`, asked, close };
}

/** RFC 9457, as the agent's doors answer. */
export const problem = (status: number, code: string, detail: string, hint: string, more: object = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'about:blank', title: code, status, detail, code, hint, ...more },
});
