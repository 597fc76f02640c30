import { setTimeout as pause } from 'node:timers/promises';
import type { DevTools } from './devtools.js';

/** Milliseconds to wait for something. */
const PATIENCE = 10_000;

const SHIFT = 8;

const CODES: Record<string, number> = {
  Enter: 13,
  Tab: 9,
  Escape: 27,
  ArrowRight: 39,
  ArrowDown: 40,
};

/** A page in the browser, used as a person does: by accessible names, with keyboard and clicks. */
export class Tab {
  /** Console errors, uncaught errors, and violations of the page's policy. */
  readonly errors: string[] = [];
  /** The requested URLs. */
  readonly requests: string[] = [];
  #loaded: Promise<void>;

  private constructor(
    readonly tools: DevTools,
    readonly session: string,
    readonly target: string,
  ) {
    this.#loaded = new Promise(resolve => {
      tools.listen(session, (method, params) => {
        if (method === 'Page.loadEventFired') resolve();
        else this.#note(method, params);
      });
    });
  }

  static async open(tools: DevTools, address: string): Promise<Tab> {
    const { targetId } = await tools.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await tools.send('Target.attachToTarget', { targetId, flatten: true });
    const tab = new Tab(tools, String(sessionId), String(targetId));
    for (const domain of ['Network', 'Runtime', 'Log', 'DOM', 'Accessibility']) {
      await tab.send(`${domain}.enable`);
    }
    await tab.send('Page.enable');
    await tab.send('Page.navigate', { url: address });
    await tab.#loaded;
    return tab;
  }

  #note(method: string, params: Record<string, unknown>): void {
    const { request, entry, exceptionDetails, type, args } = params as {
      request?: { url: string };
      entry?: { level: string; text: string; url?: string };
      exceptionDetails?: { text: string; exception?: { description?: string } };
      type?: string;
      args?: { value?: unknown; description?: string }[];
    };
    if (method === 'Network.requestWillBeSent' && request) this.requests.push(request.url);
    if (method === 'Log.entryAdded' && entry?.level === 'error') {
      this.errors.push(`${entry.text} ${entry.url ?? ''}`);
    }
    if (method === 'Runtime.exceptionThrown') {
      this.errors.push(exceptionDetails?.exception?.description ?? exceptionDetails?.text ?? '?');
    }
    if (method === 'Runtime.consoleAPICalled' && type === 'error') {
      this.errors.push((args ?? []).map(arg => arg.value ?? arg.description).join(' '));
    }
  }

  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.tools.send(method, params, this.session);
  }

  /** The value of a JavaScript expression in the page. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as { result: { value: T }; exceptionDetails?: { text: string } };
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  /** The visible text, of an element if a selector is given. */
  text(selector = 'body'): Promise<string> {
    return this.value(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
  }

  /** Focuses the element with this accessible role and name, as soon as it exists. */
  async focus(role: string, name: string): Promise<void> {
    for (const until = Date.now() + PATIENCE; ; await pause(50)) {
      if (await this.#tryFocus(role, name)) return;
      if (Date.now() > until) throw new Error(`The page shows no ${role} "${name}".`);
    }
  }

  async #tryFocus(role: string, name: string): Promise<boolean> {
    const { root } = (await this.send('DOM.getDocument')) as { root: { nodeId: number } };
    const { nodes } = (await this.send('Accessibility.queryAXTree', {
      nodeId: root.nodeId,
      role,
      accessibleName: name,
    })) as { nodes: { ignored: boolean; backendDOMNodeId: number }[] };
    const found = nodes.find(({ ignored }) => !ignored);
    if (!found) return false;
    await this.send('DOM.focus', { backendNodeId: found.backendDOMNodeId });
    return true;
  }

  /** Types a text into the focused element. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  /** Presses a key, such as `Enter`, `Tab` or `ArrowDown`; with Shift for `Shift+Tab`. */
  async press(keys: string): Promise<void> {
    const key = keys.replace(/^Shift\+/, '');
    const modifiers = key === keys ? 0 : SHIFT;
    const event = { key, code: key, modifiers, windowsVirtualKeyCode: CODES[key] ?? 0 };
    const text = key === 'Enter' ? { text: '\r' } : {};
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event, ...text });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Presses the button, tab or link with this name, using the keyboard. */
  async use(role: string, name: string): Promise<void> {
    await this.focus(role, name);
    await this.press('Enter');
  }

  /** Gives the page this size, in CSS pixels. */
  async resize(width: number, height: number): Promise<void> {
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', size);
  }

  /** As for somebody who prefers light or dark colors, and no motion. */
  async prefer(colors: 'light' | 'dark'): Promise<void> {
    const features = [
      { name: 'prefers-color-scheme', value: colors },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ];
    await this.send('Emulation.setEmulatedMedia', { features });
  }

  /** What is seen now, as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    await this.tools.send('Target.closeTarget', { targetId: this.target });
  }
}
