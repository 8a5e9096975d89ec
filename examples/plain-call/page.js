// What one sees and presses. All that talks to the server is in call.js.
import { ChatClient } from './call.js';

const $ = (id) => document.getElementById(id);
const client = new ChatClient(new URLSearchParams(location.search).get('policy') ?? 'all');
let ringing = null;
const busy = new Set();

const tell = (fault) => { $('problem').textContent = fault.message; };

/** Pressing twice does it once, and what goes wrong is told. */
const guarded = (action) => async (event) => {
  event.preventDefault();
  const { currentTarget: pressed } = event;
  if (busy.has(pressed)) return;
  busy.add(pressed);
  $('problem').textContent = '';
  try {
    await action(event);
  } catch (fault) {
    tell(fault);
  } finally {
    busy.delete(pressed);
  }
};

// --- what one presses

$('sign-in').onsubmit = guarded(async ({ target }) => {
  const { username, password } = target.elements;
  await client.signIn(username.value, password.value);
  $('name').textContent = username.value;
  $('id').textContent = client.userId;
  draw();
  drawHistory().catch(tell);
});

$('copy').onclick = guarded(() => navigator.clipboard.writeText(client.userId));
$('dial').onsubmit = guarded(({ target, submitter }) => client.initiateCall([target.elements.peer.value.trim()], submitter?.value || 'video'));
$('answer').onclick = guarded(() => client.answerCall(ringing));
$('decline').onclick = guarded(() => client.endCall(ringing.call_id));
$('hang-up').onclick = guarded(() => client.endCall());
$('mute').onclick = ({ target }) => client.setMuted(toggle(target));
$('camera').onclick = ({ target }) => client.setVideo(!toggle(target));
addEventListener('pagehide', () => client.endCall());

function toggle(button) {
  const pressed = button.ariaPressed !== 'true';
  button.ariaPressed = pressed;
  return pressed;
}

// --- what the client tells

const on = (type, action) => client.addEventListener(type, ({ detail }) => action(detail));

on('incoming', (call) => {
  ringing = call;
  draw();
});

on('call', (call) => {
  if (call && ringing?.call_id === call.id) ringing = null;
  if (!call) {
    $('remote').srcObject = null;
    $('mute').ariaPressed = $('camera').ariaPressed = false;
    delete $('peer-state').dataset.muted;
    delete $('peer-state').dataset.dark;
    $('figures').textContent = '';
  }
  $('local').srcObject = call?.media ?? null;
  draw();
});

on('over', ({ call_id: id, status }) => {
  if (ringing?.call_id === id) ringing = null;
  $('problem').textContent = { missed: 'Nobody answered.', declined: 'The call was declined.', failed: 'The call failed.' }[status] ?? '';
  draw();
  drawHistory().catch(tell);
});

on('remote', (stream) => { $('remote').srcObject = stream; });
on('problem', (text) => { $('problem').textContent = text; });

on('participant_muted', ({ muted }) => {
  $('peer-state').dataset.muted = muted;
  drawPeer();
});

on('participant_video', ({ video_enabled: enabled }) => {
  $('peer-state').dataset.dark = !enabled;
  drawPeer();
});

// --- what one sees

function draw() {
  const { call } = client;
  const connection = call?.connection.connectionState;
  const state = !client.userId ? 'out' : !call ? (ringing ? 'ringing' : 'idle') : connection === 'connected' ? 'talking' : 'calling';
  document.body.dataset.state = state;
  $('me').hidden = $('past').hidden = state === 'out';
  $('sign-in').hidden = state !== 'out';
  $('dial').hidden = state !== 'idle';
  $('ring').hidden = !ringing;
  $('ring-text').textContent = ringing ? `${ringing.caller_id} calls you (${ringing.call_type}).` : '';
  $('call').hidden = !call;
  $('stage').dataset.type = call?.type ?? '';
  $('camera').hidden = call?.type === 'audio';
  $('waiting').textContent = state === 'talking' ? (call.type === 'audio' ? 'Voice call' : '') : connection === 'new' ? 'Ringing…' : 'Connecting…';
  drawPeer();
}

function drawPeer() {
  const { muted, dark } = $('peer-state').dataset;
  $('peer-state').textContent = [muted === 'true' && 'microphone off', dark === 'true' && 'camera off'].filter(Boolean).join(', ');
}

async function drawHistory() {
  const lines = (await client.history()).map((entry) => {
    const line = document.createElement('li');
    line.dataset.call = entry.call_id;
    line.dataset.status = entry.status;
    const [to, peer] = entry.caller_id === client.userId ? ['to', entry.callee_id] : ['from', entry.caller_id];
    const length = `${Math.floor(entry.duration / 60)}:${String(entry.duration % 60).padStart(2, '0')}`;
    line.textContent = `${new Date(entry.started_at).toLocaleString()} · ${entry.call_type} ${to} ${peer} · ${entry.status}${entry.duration ? ` · ${length}` : ''}`;
    return line;
  });
  $('history').replaceChildren(...lines);
}

/** What arrives, and by which way. */
setInterval(async () => {
  const { connection } = client.call ?? {};
  if (connection?.connectionState !== 'connected') return;

  const stats = new Map(await connection.getStats());
  if (client.call?.connection !== connection) return;

  const all = [...stats.values()];
  const pair = stats.get(all.find((one) => one.type === 'transport')?.selectedCandidatePairId);
  const [local, remote] = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => stats.get(id)?.candidateType);
  const inbound = (kind) => all.find((one) => one.type === 'inbound-rtp' && one.kind === kind) ?? {};
  const figures = { frames: inbound('video').framesDecoded ?? 0, packets: inbound('audio').packetsReceived ?? 0, local, remote };
  Object.assign($('figures').dataset, figures);
  const way = [local, remote].includes('relay') ? 'through the relay' : 'direct';
  $('figures').textContent = [way, client.call.type === 'video' && `${figures.frames} frames`, `${figures.packets} sound packets`].filter(Boolean).join(' · ');
}, 500);

draw();
