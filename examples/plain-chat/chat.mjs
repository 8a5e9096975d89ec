// Two people talk over a Sotto server. Written from the public API reference alone: REST with a bearer token, one WebSocket a device.
//   node --experimental-websocket chat.mjs [http://localhost:8080]
import { newKeyPair, open, seal } from './seal.mjs';
import { ApiError, Conversation, Events, Message, Page, must } from './shapes.mjs';

const server = process.argv[2] ?? 'http://localhost:8080';
const patience = 10_000;

class Client {
  #events = [];
  #waiting = new Set();
  closed = Promise.resolve();

  constructor(name, { user, device, access_token: token }) {
    Object.assign(this, { name, userId: user.id, deviceId: device.id, token, ...newKeyPair() });
  }

  static async register(name) {
    const username = `${name}-${Math.random().toString(36).slice(2)}`;
    const body = JSON.stringify({ username, password: crypto.randomUUID(), display_name: name });
    const response = await fetch(`${server}/api/v1/auth/register`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    if (response.status !== 201) throw new Error(`registering answered ${response.status}: ${await response.text()}`);
    return new Client(name, await response.json());
  }

  async rest(method, path, body, expected = 200) {
    const response = await fetch(`${server}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.status !== expected) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    if (expected >= 400) must(answer, ApiError, 'error');
    return answer;
  }

  connect(token = this.token) {
    const socket = new WebSocket(`${server.replace('http', 'ws')}/api/v1/chat/ws/${this.deviceId}?token=${token}`);
    this.closed = new Promise((resolve) => { socket.onclose = ({ code }) => resolve(code); });
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    this.socket = socket;
    return new Promise((resolve, reject) => {
      socket.onopen = () => {
        socket.send(JSON.stringify({ type: 'auth', token }));
        resolve();
      };
      socket.onerror = () => reject(new Error(`${this.name} can't connect`));
    });
  }

  join(conversationId) {
    this.socket.send(JSON.stringify({ type: 'join_conversation', conversation_id: conversationId }));
  }

  say(text, conversationId, ...readers) {
    const sealed = seal(text, [this, ...readers]);
    this.socket.send(JSON.stringify({ type: 'send_message', conversation_id: conversationId, message_type: 'text', ...sealed }));
  }

  post(text, conversationId, ...readers) {
    const sealed = seal(text, [this, ...readers]);
    return this.rest('POST', '/messages/', { conversation_id: conversationId, message_type: 'text', ...sealed }, 201);
  }

  read = (message) => open(message, this.deviceId, this.privateKey);

  /** The next event of this type that fits; earlier ones count too. */
  receives(type, fits = () => true) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.name} waits for ${type} and got only: ${this.#events.map((e) => e.type)}`)), patience);
      const look = () => {
        const at = this.#events.findIndex((event) => event.type === type && fits(event.data));
        if (at < 0) return;
        clearTimeout(late);
        this.#waiting.delete(look);
        const [{ data }] = this.#events.splice(at, 1);
        try {
          must(data, Events[type], type);
          resolve(data);
        } catch (fault) {
          reject(fault);
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  #receive(event) {
    this.#events.push(event);
    for (const look of [...this.#waiting]) look();
  }
}

const alice = await Client.register('alice');
const bob = await Client.register('bob');

// A conversation, and both on the line.
const { id } = await alice.rest('POST', '/conversations/', { type: 'direct', participants: [bob.userId] }, 201);
await alice.connect();
alice.join(id);
await bob.connect();
bob.join(id);
await alice.receives('user_status', (e) => e.user_id === bob.userId && e.status === 'online');

// Alice speaks over her socket, Bob hears it, and Alice is told that it arrived.
alice.say('Hello Bob, do you hear me?', id, bob);
const heard = await bob.receives('message_received', (e) => e.conversation_id === id && e.message.message_type === 'text');
console.log(`bob hears from alice: ${bob.read(heard.message)}`);
await alice.receives('message_status_update', (e) => e.message_id === heard.message.id && e.user_id === bob.userId && e.status === 'delivered');

// Bob answers over REST, Alice hears it on her socket.
const sent = await bob.post('Loud and clear.', id, alice);
must(sent, Message, 'message');
const answered = await alice.receives('message_received', (e) => e.message.id === sent.id);
console.log(`alice hears from bob: ${alice.read(answered.message)}`);

// Both find the whole conversation again, newest first, each with a key of their own.
for (const reader of [alice, bob]) {
  const history = await reader.rest('GET', `/messages/?conversation_id=${id}&skip=0&limit=100`);
  must(history, Page, 'messages');
  const texts = history.data.filter((m) => m.message_type === 'text').map((m) => must(m, Message, 'message') && reader.read(m));
  if (texts.join('|') !== 'Loud and clear.|Hello Bob, do you hear me?') throw new Error(`${reader.name} finds ${JSON.stringify(texts)}`);
  console.log(`${reader.name} reads ${texts.length} messages again`);

  const mine = await reader.rest('GET', '/conversations/?skip=0&limit=100');
  must(mine, Page, 'conversations');
  must(mine.data[0], Conversation, 'conversation');
  if (mine.data[0].id !== id || mine.data[0].last_message_id !== sent.id || mine.data[0].member_count !== 2) throw new Error(`${reader.name} sees ${JSON.stringify(mine)}`);
}

// What is refused, is refused as documented.
await alice.rest('GET', '/messages/', undefined, 422);
await alice.rest('GET', `/messages/?conversation_id=${crypto.randomUUID()}`, undefined, 404);
const mallory = await Client.register('mallory');
await mallory.rest('GET', `/messages/?conversation_id=${id}`, undefined, 403);
await mallory.connect('no-token').catch(() => {});
const code = await mallory.closed;
if (code !== 4001) throw new Error(`a bad token closes with ${code}, not 4001`);
console.log('mallory hears nothing');

alice.socket.close();
bob.socket.close();
await Promise.all([alice.closed, bob.closed]);
console.log('all as the reference says');
