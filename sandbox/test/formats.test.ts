import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { open } from './opened.js';

/** How a request asks for a format, and what it gets: as Django REST framework decides it. */
async function asked(path: string, accept: string, dialect: 'v9' | 'textit', text = 'a') {
  const { sandbox, post } = await open({ dialect, seed: {} });
  await post('labels.json', { name: text });
  const { statusCode, headers, body } = await request(`${sandbox.host}api/v2/${path}`, {
    headers: { authorization: `Token ${sandbox.token}`, accept },
  });
  return { status: statusCode, type: String(headers['content-type']), text: await body.text() };
}

const PAGE = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

describe.each(['v9', 'textit'] as const)('%s', dialect => {
  it.each([
    ['labels.json?format=xml', '*/*', 200, JSON_TYPE],
    ['labels?format=', 'application/json', 200, JSON_TYPE],
    ['labels?format=json', '*/*', 200, JSON_TYPE],
    ['labels?format=api', '*/*', 200, PAGE],
    ['labels?format=api', 'application/json', 406, PAGE],
    ['labels?format=xml', 'application/json', 404, PAGE],
    ['labels?format=json&format=xml', 'application/json', 404, PAGE],
    ['labels.json', 'application/json;charset=utf-8', 200, JSON_TYPE],
    ['labels.json', 'text/html;q=1, application/json;q=0.1', 200, JSON_TYPE],
    ['labels', 'application/json, text/html', 200, PAGE],
    ['labels', 'application/json;version=1, text/html', 200, JSON_TYPE],
    ['labels', 'application/json;q=0.9, text/html;q=0.1', 200, PAGE],
    ['labels.json', 'image/*, application/*', 200, JSON_TYPE],
    ['labels.json', '*/json', 200, JSON_TYPE],
    ['labels.json', 'APPLICATION/JSON', 200, JSON_TYPE],
    ['?format=xml', 'application/json', 404, PAGE],
    ['', 'image/png', 406, PAGE],
  ])('%s for %s is a %i of %s', async (path, accept, status, type) => {
    const answer = await asked(path, accept, dialect);
    expect([answer.status, answer.type]).toEqual([status, type]);
    if (status === 404) expect(answer.text).toContain('{"detail":"Not found."}');
  });

  it('lays JSON out for whoever asks', async () => {
    const path = 'labels.json?name=none';
    const lines = await asked(path, 'application/json; indent=2', dialect);
    expect(lines.text).toMatch(/^\{\n {2}"next": null,\n {2}"previous": null,\n {2}"results": \[/);
    const quoted = await asked(path, '*/*; q=0.5; indent="4"', dialect);
    expect(quoted.text).toMatch(/^\{\n {4}"next": null,\n/);
    const most = await asked(path, 'application/json; indent=99', dialect);
    expect(most.text).toMatch(/^\{\n {8}"next"/);
    for (const indent of ['a', '0', '-3']) {
      const none = await asked(path, `application/json; indent=${indent}`, dialect);
      expect(none.text).toMatch(/^\{"next":null,/);
    }
  });

  it.each([
    ['application/json; charset=latin-1', Buffer.from('{"name":"é"}', 'latin1'), 201, '"name":"é"'],
    ['application/json; charset="UTF-8"', Buffer.from('{"name":"é"}'), 201, '"name":"é"'],
    ['application/json; charset=nope', Buffer.from('{"name":"é"}'), 201, '"name":"é"'],
    [
      'application/json;charset=ascii',
      Buffer.from('{"name":"é"}'),
      400,
      "'ascii' codec can't decode byte 0xc3 in position 9: ordinal not in range(128)",
    ],
    ['application/*', Buffer.from('{"name":"é"}'), 201, '"name":"é"'],
    ['application/vnd.api+json', Buffer.from('{}'), 415, 'Unsupported media type'],
  ])('reads a body of %s', async (type, body, status, said) => {
    const { sandbox } = await open({ dialect, seed: {} });
    const answer = await request(`${sandbox.host}api/v2/labels.json`, {
      method: 'POST',
      headers: { authorization: `Token ${sandbox.token}`, 'content-type': type },
      body,
    });
    expect(answer.statusCode).toBe(status);
    expect(await answer.body.text()).toContain(said);
  });

  it('escapes the two separators that are none in JavaScript', async () => {
    const { text } = await asked('labels.json', 'application/json', dialect, 'a\u2028b\u2029c');
    expect(text).toContain('"name":"a\\u2028b\\u2029c"');
  });
});
