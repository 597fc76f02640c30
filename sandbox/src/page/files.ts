import { readFileSync } from 'node:fs';

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The files that a browser may request; no other file is ever read. */
const NAMES = [
  'index.html',
  'page.css',
  'icon.svg',
  'main.js',
  'ask.js',
  'dom.js',
  'words.js',
  'tabs.js',
  'header.js',
  'contacts.js',
  'chosen.js',
  'conversation.js',
  'activity.js',
  'request.js',
];

/**
 * Serves a file of the page; undefined if there is no such file. The files are next to this module, also when bundled.
 */
export function fileAnswer(name: string): Response | undefined {
  if (!NAMES.includes(name)) return undefined;
  const text = readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  return new Response(text, { headers: { 'content-type': type } });
}
