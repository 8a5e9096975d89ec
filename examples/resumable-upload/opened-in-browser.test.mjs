import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Server } from './server.mjs';
import { Person } from './upload.mjs';

const flags = ['--no-sandbox', '--disable-quic', '--disable-background-networking'];
let server;
let browser;
let listener;
let canary;
const called = [];

before(async () => {
  server = await Server.start();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  listener = createServer((request, response) => {
    called.push(request.url);
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/html' }).end('<title>page</title>');
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  canary = `http://127.0.0.1:${listener.address().port}`;
});

after(async () => {
  await browser.close();
  listener.close();
  await server.end();
});

const script = (name) => `fetch('${canary}/${name}'); document.title = 'ran'; parent.postMessage('ran', '*');`;
const files = [
  ['text/html', (name) => `<!doctype html><title>still</title><script>${script(name)}</script><img src="${canary}/${name}" onerror="${script(name)}">`],
  ['image/svg+xml', (name) => `<svg xmlns="http://www.w3.org/2000/svg" onload="${script(name).replaceAll('"', "'")}"><script>${script(name)}</script></svg>`],
  ['text/javascript', script],
  ['application/xhtml+xml', (name) => `<html xmlns="http://www.w3.org/1999/xhtml"><script>${script(name)}</script></html>`],
];

for (const [type, make] of files) {
  test(`Nothing in ${type} runs, however a browser opens it [F42]`, async () => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.register(server.address, name)));
    const conversation = (await alice.rest('POST', '/conversations/', { type: 'direct', participants: [bob.id] })).id;
    const name = `ran-${type.replaceAll(/\W/g, '-')}`;
    const storageId = await alice.upload(Buffer.from(make(name)), { metadata: { filename: 'evil.html', filetype: type } });
    await alice.send(conversation, storageId, 'sealed');
    const url = `${server.address}/api/v1/attachments/${storageId}`;

    // The worst case: a browser that sends the token by itself.
    const context = await browser.newContext({ extraHTTPHeaders: bob.headers, acceptDownloads: true });
    const page = await context.newPage();
    const download = page.waitForEvent('download');
    await page.goto(url).catch((fault) => assert.match(String(fault), /Download is starting|ERR_ABORTED/));
    await download;

    // From a page of the server's own origin, and from a stranger's.
    for (const from of [`${server.address}/docs`, canary]) {
      await page.goto(from);
      await page.evaluate((address) => new Promise((resolve) => {
        let left = 4;
        const done = () => { if (--left === 0) resolve(); };
        for (const [tag, attribute] of [['iframe', 'src'], ['img', 'src'], ['script', 'src'], ['object', 'data']]) {
          const element = document.createElement(tag);
          element.addEventListener('load', done);
          element.addEventListener('error', done);
          element.setAttribute(attribute, address);
          document.body.append(element);
          if (tag === 'iframe' || tag === 'object') setTimeout(done, 1000);
        }
      }), url).catch(() => {});
      assert.notEqual(await page.title(), 'ran');
    }
    assert.deepEqual(called.filter((path) => path.includes(name)), [], 'a script ran');
    await context.close();
  });
}
