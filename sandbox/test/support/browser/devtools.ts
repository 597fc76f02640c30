import type { Readable, Writable } from 'node:stream';

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

type Listener = (method: string, params: Record<string, unknown>) => void;

/** Chromium's DevTools protocol over two pipes: JSON messages, each followed by a zero byte. */
export class DevTools {
  #last = 0;
  #rest = '';
  #waiting = new Map<number, (message: Message) => void>();
  #listeners = new Map<string, Listener>();

  constructor(
    readonly to: Writable,
    from: Readable,
  ) {
    from.setEncoding('utf8').on('data', (chunk: string) => {
      const texts = `${this.#rest}${chunk}`.split('\0');
      this.#rest = texts.pop() ?? '';
      for (const text of texts) this.#take(JSON.parse(text));
    });
    from.once('close', () => {
      for (const answer of this.#waiting.values()) answer({ error: { message: 'Chromium ended' } });
    });
    to.on('error', () => {});
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    this.to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result = {}, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
    });
  }

  /** Calls the listener with each event of a tab. */
  listen(sessionId: string, listener: Listener): void {
    this.#listeners.set(sessionId, listener);
  }

  #take(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if (message.method) {
      this.#listeners.get(message.sessionId ?? '')?.(message.method, message.params ?? {});
    }
  }
}
