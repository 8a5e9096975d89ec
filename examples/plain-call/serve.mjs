// Serves this page and the API of a Sotto server from one origin, as a proxy in front of both would.
//   node serve.mjs [http://localhost:8080] [8000]
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const files = { '/': 'index.html', '/page.css': 'page.css', '/page.js': 'page.js', '/call.js': 'call.js' };
const types = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' };

async function sendFile(path, response) {
  const name = files[path];
  if (!name) return response.writeHead(404).end();
  const body = await readFile(new URL(name, import.meta.url));
  return response.writeHead(200, { 'Content-Type': types[name.split('.').pop()], 'Cache-Control': 'no-cache' }).end(body);
}

/** All headers go on as they came: a socket's Origin must fit its Host. */
const forward = (api, { method, url, headers }) => request(new URL(url, api), { method, headers });

function passRequest(api, incoming, response) {
  const outgoing = forward(api, incoming)
    .on('response', (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers)))
    .on('error', () => response.writeHead(502, { 'Content-Type': 'application/json' }).end('{"error_code":"UNAVAILABLE","detail":"The server can’t be reached."}'));
  incoming.pipe(outgoing);
}

function passSocket(api, incoming, client) {
  client.on('error', () => client.destroy());
  forward(api, incoming)
    .on('upgrade', (answer, server) => {
      client.write(head(answer));
      server.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.on('close', () => server.destroy());
      server.pipe(client).pipe(server);
    })
    .on('response', (answer) => {
      client.write(head(answer));
      answer.pipe(client);
    })
    .on('error', () => client.destroy())
    .end();
}

function head({ statusCode, statusMessage, rawHeaders }) {
  const lines = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [`${name}: ${rawHeaders[i + 1]}`]));
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n');
}

/** Only this machine reaches it; browsers give camera and microphone to pages from here, or behind TLS. */
export function serve(api, port = 0) {
  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url, 'http://localhost');
    if (pathname.startsWith('/api/')) passRequest(api, incoming, response);
    else sendFile(pathname, response);
  });
  server.on('upgrade', (incoming, client) => passSocket(api, incoming, client));
  return new Promise((resolve, reject) => {
    server.on('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [api = 'http://localhost:8080', port = '8000'] = process.argv.slice(2);
  await serve(api, Number(port));
  console.log(`Open http://localhost:${port} in two windows.`);
}
