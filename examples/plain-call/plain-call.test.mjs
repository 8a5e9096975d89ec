import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const dll = process.env.SOTTO_SERVER_DLL ?? join(here, '../../src/Sotto.Server/bin/Release/net10.0/Sotto.Server.dll');
const configure = join(here, '../../deploy/coturn/configure');
const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();

/** A test's own folder and processes; whatever was started last is stopped first, however the test ends. */
class Stage {
  #ends = [];

  async open() {
    this.folder = await mkdtemp(join(tmpdir(), 'sotto-plain-call-'));
    this.#ends.push(() => rm(this.folder, { recursive: true }));
    return this;
  }

  async close() {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  /** The server, and in front of it what a person would start as well. */
  async startServer(settings = {}) {
    const env = { ...process.env, ...settings, Sotto__DataDirectory: this.folder };
    const server = spawn('dotnet', [dll, '--urls', 'http://127.0.0.1:0'], { cwd: this.folder, env });
    this.#ends.push(async () => assert.equal(await stop(server), 0, 'the server ends in order'));
    const [, address] = await printed(server, /^Listening on (http:\S+)/);
    const page = await serve(address);
    this.#ends.push(() => {
      page.closeAllConnections();
      return new Promise((resolve) => { page.close(resolve); });
    });
    return `http://127.0.0.1:${page.address().port}/`;
  }

  /** Debian's coturn as the project configures it. Answers the settings that the server needs. */
  async startRelay() {
    // Not on loopback, for a relay never relays there.
    const address = Object.values(networkInterfaces()).flat().find((one) => one.family === 'IPv4' && !one.internal)?.address;
    assert.ok(address, 'the relay needs an IPv4 address of this machine');
    const file = join(this.folder, 'turnserver.conf');
    const options = ['--domain', address, '--address', address, '--port', await freeUdpPort(), '--cli-port', await freeTcpPort(), '--out', file];
    const settings = execFileSync(configure, options, { encoding: 'utf8' });
    const relay = spawn('turnserver', ['-c', file, '--userdb', join(this.folder, 'turndb')], { cwd: this.folder });
    this.#ends.push(() => stop(relay));
    relay.stdout.resume();
    relay.stderr.resume();
    await listens(address, Number(options[5]));
    return Object.fromEntries(settings.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  }

  /** A browser of one person, signed in. */
  async openPage(url, name) {
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      args: [
        '--no-sandbox', '--disable-quic', '--disable-background-networking', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
        '--disable-features=WebRtcHideLocalIpsWithMdns',
      ],
    });
    this.#ends.push(() => browser.close());
    const page = await browser.newPage();
    page.faults = [];
    page.on('pageerror', (fault) => page.faults.push(fault.stack));
    await page.goto(url);
    await page.fill('[name=username]', name);
    await page.fill('[name=password]', `the password of ${name}`);
    await page.click('#sign-in button');
    await state(page, 'idle');
    return page;
  }
}

async function stop(process) {
  if (process.exitCode === null && process.signalCode === null) {
    process.kill('SIGTERM');
    await once(process, 'exit');
  }
  return process.exitCode;
}

/** Waits for a line that a process prints. */
async function printed(process, pattern) {
  const lines = [];
  process.stderr.on('data', (bytes) => lines.push(String(bytes)));
  for await (const line of createInterface({ input: process.stdout })) {
    lines.push(line);
    const match = pattern.exec(line);
    if (match) {
      process.stdout.resume();
      return match;
    }
  }
  throw new Error(`${pattern} never came:\n${lines.join('\n')}`);
}

async function listens(host, port) {
  for (let isThere = false; !isThere;) {
    const socket = connectTo({ host, port });
    isThere = await new Promise((resolve) => { socket.on('connect', () => resolve(true)).on('error', () => resolve(false)); });
    socket.destroy();
    if (!isThere) await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

async function freeUdpPort() {
  const socket = createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise((resolve) => { socket.close(resolve); });
  return port;
}

async function freeTcpPort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** Waits until the page holds what it should; else says what it holds. */
async function until(page, holds, argument) {
  try {
    return await (await page.waitForFunction(holds, argument, { timeout: 30_000 })).jsonValue();
  } catch (fault) {
    throw new Error(`${holds} (${argument ?? ''}) was never so:\n${await page.innerText('body')}\n${page.faults.join('\n')}`, { cause: fault });
  }
}

const state = (page, wanted) => until(page, (s) => document.body.dataset.state === s, wanted);

async function dial(caller, callee, type = 'video') {
  await caller.fill('[name=peer]', await callee.textContent('#id'));
  await caller.click(`#dial [value=${type}]`);
  await state(callee, 'ringing');
  assert.equal(await callee.textContent('#ring-text'), `${await caller.textContent('#id')} calls you (${type}).`);
}

const both = (pages, wanted) => Promise.all(pages.map((page) => state(page, wanted)));

async function connect(alice, bob) {
  await dial(alice, bob);
  await bob.click('#answer');
  await both([alice, bob], 'talking');
}

/** Sound and pictures arrive, and go on arriving. Answers by which way. */
async function seesAndHears(page) {
  const more = ([frames, packets]) => {
    const { dataset, textContent } = document.getElementById('figures');
    return textContent && dataset.frames > frames && dataset.packets > packets && { ...dataset };
  };
  const first = await until(page, more, [10, 10]);
  const { local, remote } = await until(page, more, [+first.frames + 10, +first.packets + 10]);
  await until(page, () => document.getElementById('remote').videoWidth > 0 && document.getElementById('remote').currentTime > 0);
  return [local, remote];
}

async function onStage(play) {
  const stage = new Stage();
  try {
    await play(await stage.open());
  } finally {
    await stage.close();
  }
}

test('Two browsers call each other directly, and see and hear each other [C85]', { timeout: 120_000 }, () => onStage(async (stage) => {
  const url = await stage.startServer();
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => stage.openPage(url, name)));
  await connect(alice, bob);
  for (const way of await Promise.all([alice, bob].map(seesAndHears))) assert.ok(!way.includes('relay'), way.join());

  await alice.click('#mute');
  await until(bob, () => document.getElementById('peer-state').textContent === 'microphone off');
  await bob.click('#camera');
  await until(alice, () => document.getElementById('peer-state').textContent === 'camera off');
  await alice.click('#mute');
  await until(bob, () => document.getElementById('peer-state').textContent === '');

  await alice.click('#hang-up');
  await both([alice, bob], 'idle');
  for (const page of [alice, bob]) {
    await page.waitForSelector('#history li[data-status=ended]');
    assert.deepEqual(page.faults, []);
  }
}));

test('Two browsers call each other through the relay only, and see and hear each other [C85]', { timeout: 120_000 }, () => onStage(async (stage) => {
  const url = await stage.startServer(await stage.startRelay());
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => stage.openPage(`${url}?policy=relay`, name)));
  await connect(alice, bob);
  for (const way of await Promise.all([alice, bob].map(seesAndHears))) assert.deepEqual(way, ['relay', 'relay']);

  await bob.click('#hang-up');
  await both([alice, bob], 'idle');
  for (const page of [alice, bob]) assert.deepEqual(page.faults, []);
}));

test('Browsers decline, call each other at once, go while it rings and close their window, and neither is left in a call', { timeout: 120_000 }, () => onStage(async (stage) => {
  const url = await stage.startServer();
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => stage.openPage(url, name)));

  await dial(alice, bob);
  await bob.click('#decline');
  await both([alice, bob], 'idle');
  await alice.waitForSelector('#history li:first-child[data-status=declined]');

  await dial(bob, alice, 'audio');
  await bob.click('#hang-up');
  await both([alice, bob], 'idle');
  await alice.waitForSelector('#history li:first-child[data-status=missed]');

  await alice.fill('[name=peer]', await bob.textContent('#id'));
  await bob.fill('[name=peer]', await alice.textContent('#id'));
  await Promise.all([alice, bob].map((page) => page.evaluate(() => document.getElementById('dial').requestSubmit())));
  await both([alice, bob], 'talking');
  await Promise.all([alice, bob].map(seesAndHears));

  await bob.goto('about:blank');
  await state(alice, 'idle');
  await alice.waitForSelector('#history li:first-child[data-status=ended]');
  for (const page of [alice, bob]) assert.deepEqual(page.faults, []);
}));
