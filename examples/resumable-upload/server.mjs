// A Sotto server of a test's own: started, killed, and started again on the same folder and port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dll = process.env.SOTTO_SERVER_DLL ?? join(here, '../../src/Sotto.Server/bin/Release/net10.0/Sotto.Server.dll');

export class Server {
  static async start() {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), 'sotto-upload-'));
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    server.address = `http://127.0.0.1:${probe.address().port}`;
    await once(probe.close(), 'close');
    await server.again();
    return server;
  }

  async again() {
    const env = { ...process.env, Sotto__DataDirectory: this.folder };
    this.process = spawn('dotnet', [dll, '--urls', this.address], { cwd: this.folder, env });
    const printed = [];
    this.process.stderr.on('data', (bytes) => printed.push(String(bytes)));
    for await (const line of createInterface({ input: this.process.stdout })) {
      printed.push(line);
      if (line.startsWith('Listening on')) {
        this.process.stdout.resume();
        return;
      }
    }
    throw new Error(`the server did not start:\n${printed.join('\n')}`);
  }

  async kill() {
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }

  async end() {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}
