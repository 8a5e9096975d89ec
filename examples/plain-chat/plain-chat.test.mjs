import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dll = process.env.SOTTO_SERVER_DLL ?? join(here, '../../src/Sotto.Server/bin/Release/net10.0/Sotto.Server.dll');

async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-plain-chat-'));
  const server = spawn('dotnet', [dll, '--urls', 'http://127.0.0.1:0'], { cwd: folder, env: { ...process.env, Sotto__DataDirectory: folder } });
  const printed = [];
  server.stderr.on('data', (bytes) => printed.push(String(bytes)));
  for await (const line of createInterface({ input: server.stdout })) {
    printed.push(line);
    const address = /^Listening on (http:\S+)/.exec(line)?.[1];
    if (address) {
      server.stdout.resume();
      return { address, folder, server };
    }
  }
  throw new Error(`the server did not start:\n${printed.join('\n')}`);
}

async function chat(address) {
  const script = spawn(process.execPath, ['--no-warnings', '--experimental-websocket', join(here, 'chat.mjs'), address]);
  let output = '';
  script.stdout.on('data', (bytes) => { output += bytes; });
  script.stderr.on('data', (bytes) => { output += bytes; });
  const [code] = await once(script, 'close');
  return { code, output };
}

test('Two plain clients talk over a fresh server [M73]', async () => {
  const { address, folder, server } = await startServer();
  try {
    const { code, output } = await chat(address);
    assert.equal(code, 0, output);
    assert.match(output, /bob hears from alice: Hello Bob, do you hear me\?/);
    assert.match(output, /alice hears from bob: Loud and clear\./);
    assert.match(output, /all as the reference says/);
  } finally {
    server.kill('SIGTERM');
    const [code] = await once(server, 'close');
    await rm(folder, { recursive: true });
    assert.equal(code, 0, 'the server ends in order');
  }
});

test('The script fails loudly where a server is not as the reference says', async () => {
  const wrong = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"user":{}}'));
  await once(wrong.listen(0, '127.0.0.1'), 'listening');
  try {
    const { code, output } = await chat(`http://127.0.0.1:${wrong.address().port}`);
    assert.equal(code, 1);
    assert.match(output, /registering answered 200/);
  } finally {
    wrong.close();
  }
});
