import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Upload } from 'tus-js-client';
import { Server } from './server.mjs';
import { Person, storageIdOf } from './upload.mjs';

let server;
let alice;
let bob;
let conversation;

before(async () => {
  server = await Server.start();
  [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.register(server.address, name)));
  conversation = (await alice.rest('POST', '/conversations/', { type: 'direct', participants: [bob.id] })).id;
});

after(() => server.end());

async function mustReach(file, storageId) {
  await alice.send(conversation, storageId, 'sealed');
  assert.ok(file.equals(await bob.download(storageId)), 'the file is the same');
}

/** Starts an upload and stops it once some bytes are acknowledged. */
function begun(file, most = 2_000_000) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: `${server.address}/api/v1/attachments/`,
      headers: alice.headers,
      chunkSize: 1_000_000,
      onError: reject,
      onChunkComplete: (_, sent) => { if (sent >= most) upload.abort().then(() => resolve(upload), reject); },
    });
    upload.start();
  });
}

test('The script sends a file from one to the other [F1]', async () => {
  const path = join(server.folder, 'letter.txt');
  await writeFile(path, 'Dear Bob');
  const script = spawn(process.execPath, [fileURLToPath(new URL('upload.mjs', import.meta.url)), path, server.address]);
  let output = '';
  for (const stream of [script.stdout, script.stderr]) stream.on('data', (bytes) => { output += bytes; });
  const [code] = await once(script, 'close');
  assert.equal(code, 0, output);
  assert.match(output, /bob has letter\.txt: 8 bytes, the same/);
});

test('A tus client uploads at once and in chunks [F8]', async () => {
  for (const chunkSize of [Infinity, 700_000]) {
    const file = randomBytes(5_000_000);
    await mustReach(file, await alice.upload(file, { chunkSize, metadata: { filename: '../../x.html', filetype: 'image/png' } }));
  }
});

test('A tus client goes on with what it had begun [F3, F8]', async () => {
  const file = randomBytes(6_000_000);
  const first = await begun(file);
  let from;
  const storageId = await alice.upload(file, { uploadUrl: first.url, onProgress: (sent) => { from ??= sent; } });
  assert.equal(storageId, storageIdOf(first.url));
  assert.ok(from >= 2_000_000, `it began again at ${from}`);
  await mustReach(file, storageId);
});

test('A tus client gives up an upload [F8, F10]', async () => {
  const upload = await begun(randomBytes(4_000_000));
  await upload.abort(true);
  const response = await fetch(upload.url, { method: 'HEAD', headers: alice.headers });
  assert.equal(response.status, 404);
});

test('A tus client gets through a server that is killed in the middle [F3]', async () => {
  const file = randomBytes(40_000_000);
  let killed;
  const storageId = await alice.upload(file, {
    chunkSize: 2_000_000,
    onChunkComplete: (_, sent) => { if (sent >= 10_000_000) killed ??= server.kill().then(() => server.again()); },
  });
  await killed;
  await mustReach(file, storageId);
});
