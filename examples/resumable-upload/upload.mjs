// Sends a file, sealed, from one person to another over a Sotto server. The upload is tus-js-client's, as it comes: it goes on after a cut.
//   node upload.mjs FILE [http://localhost:8080]
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Upload } from 'tus-js-client';

export class Person {
  static async register(server, name) {
    const username = `${name}-${randomBytes(5).toString('hex')}`;
    const session = await request(`${server}/api/v1/auth/register`, { method: 'POST', json: { username, password: randomBytes(12).toString('hex') } });
    return Object.assign(new Person(), { server, name, id: session.user.id, token: session.access_token });
  }

  get headers() {
    return { Authorization: `Bearer ${this.token}` };
  }

  rest(method, path, json) {
    return request(`${this.server}/api/v1${path}`, { method, headers: this.headers, json });
  }

  /** Uploads bytes and gives their storage id. `more` goes to tus: chunkSize, onProgress, uploadUrl, … */
  upload(bytes, more = {}) {
    return new Promise((resolve, reject) => {
      const upload = new Upload(bytes, {
        endpoint: `${this.server}/api/v1/attachments/`,
        headers: this.headers,
        retryDelays: [0, 250, 500, 1000, 2000, 4000],
        ...more,
        onError: reject,
        onSuccess: () => resolve(storageIdOf(upload.url)),
      });
      more.onStart?.(upload);
      upload.start();
    });
  }

  /** Names an uploaded file in a message. What it is called, what it is and its key travel sealed, in `ciphertext`. */
  send(conversationId, storageId, ciphertext) {
    const file = { file_name: 'sealed', file_size: 1, content_type: 'application/octet-stream', storage_id: storageId };
    return this.rest('POST', '/messages/', { conversation_id: conversationId, message_type: 'document', ciphertext, recipient_keys: [], attachments: [file] });
  }

  async download(storageId) {
    const response = await fetch(`${this.server}/api/v1/attachments/${storageId}`, { headers: this.headers });
    if (!response.ok) throw new Error(`the download answered ${response.status}: ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }
}

export const storageIdOf = (url) => new URL(url).pathname.split('/').at(-1);

/** AES-256-GCM with a key of the file's own: nonce, ciphertext, tag. */
export function seal(bytes) {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return { key, sealed: Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]) };
}

export function open(sealed, key) {
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
}

async function request(url, { method, headers, json }) {
  const response = await fetch(url, { method, headers: { ...headers, 'Content-Type': 'application/json' }, body: json && JSON.stringify(json) });
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname} answered ${response.status}: ${answer.detail}`);
  return answer;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, server = 'http://localhost:8080'] = process.argv.slice(2);
  if (!path) throw new Error('usage: node upload.mjs FILE [http://localhost:8080]');
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.register(server, name)));
  const { id } = await alice.rest('POST', '/conversations/', { type: 'direct', participants: [bob.id] });
  const file = await readFile(path);
  const { key, sealed } = seal(file);
  const storageId = await alice.upload(sealed, { onProgress: (sent, all) => console.log(`alice has sent ${Math.round((100 * sent) / all)} %`) });

  // A real client wraps this for each device of the receiver (plain-chat shows how); here the two stand in one script.
  await alice.send(id, storageId, Buffer.from('sealed: name, type, key').toString('base64'));
  const received = open(await bob.download(storageId), key);
  console.log(`bob has ${basename(path)}: ${received.length} bytes, ${received.equals(file) ? 'the same' : 'NOT THE SAME'}`);
}
