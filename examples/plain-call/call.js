// A client that calls one other person. It was written from the public API reference alone, and its class has the reference's names.
// What the reference leaves to WebRTC follows the pattern called "perfect negotiation": either side may offer at any time, and when
// both do at once, the polite one takes its own offer back.

const finalStates = ['ended', 'missed', 'declined', 'failed'];

/**
 * Events, each with its facts in `detail`:
 *   incoming {call_id, caller_id, call_type}: somebody calls; `answerCall` it, or decline it with `endCall`
 *   call {id, type, connection, media}, or null: what the client is in
 *   remote: the other's MediaStream
 *   participant_muted {muted}, participant_video {video_enabled}
 *   over {call_id, status}: a call has ended, or rings here no longer
 *   problem: a sentence
 */
export class ChatClient extends EventTarget {
  #session;
  #ws;
  #queue = Promise.resolve();
  call = null;

  /** @param {RTCIceTransportPolicy} policy With "relay" media goes through the relay only. */
  constructor(policy = 'all') {
    super();
    this.policy = policy;
  }

  get userId() {
    return this.#session?.user.id;
  }

  // --- Who I am. The reference begins where one has a token already.

  async signIn(username, password) {
    const device = { name: 'Plain call', platform: 'web' };
    let answer = await this.#request('POST', '/auth/register', { username, password, device });
    if (answer.error_code === 'USERNAME_TAKEN') answer = await this.#request('POST', '/auth/login', { username, password, device });
    this.#session = must(answer);
    await this.#connect();
  }

  /** A token lives for minutes, and a call perhaps longer. */
  async #renewToken() {
    const { refresh_token } = this.#session;
    this.#session = { ...this.#session, ...must(await this.#request('POST', '/auth/refresh', { refresh_token })) };
    this.#send({ type: 'auth', token: this.#session.access_token });
  }

  // --- Calling and being called

  initiateCall(participants, type) {
    return this.#enter(type, () => this.#request('POST', '/calls/initiate', { participants, call_type: type }));
  }

  answerCall({ call_id, call_type }) {
    return this.#enter(call_type, () => this.#request('POST', `/calls/${call_id}/join`));
  }

  /** Hangs up, gives up, or declines: between two people it is all the same. */
  async endCall(id = this.call?.id) {
    if (!id) return;
    const ending = this.#request('POST', `/calls/${id}/end`);
    if (id === this.call?.id) this.#leave();
    const answer = await ending;
    if (answer.error_code !== 'CALL_ENDED') must(answer);
  }

  async history() {
    return must(await this.#request('GET', '/calls/history?skip=0&limit=10')).data;
  }

  setMuted(muted) {
    for (const track of this.call?.media.getAudioTracks() ?? []) track.enabled = !muted;
    this.#signal({ type: 'mute', muted });
  }

  setVideo(enabled) {
    for (const track of this.call?.media.getVideoTracks() ?? []) track.enabled = enabled;
    this.#signal({ type: 'video_toggle', video_enabled: enabled });
  }

  async #enter(type, ask) {
    await this.endCall();
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: type === 'video' });
    // What comes over the socket meanwhile waits until the answer is here.
    return this.#inTurn(async () => {
      try {
        const callData = must(await ask());
        this.call = { id: callData.call_id, type, media };
        this.setupSignaling(callData.call_id, callData.ice_servers);
        return callData;
      } catch (refused) {
        stop(media);
        throw refused;
      }
    });
  }

  #leave() {
    const { connection, media } = this.call;
    this.call = null;
    connection.close();
    stop(media);
    this.#tell('call', null);
  }

  // --- The socket. The reference gives one for events and one for signals, at the same address: one does for both.

  #connect() {
    return new Promise((resolve, reject) => {
      const { device, access_token: token } = this.#session;
      const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/chat/ws/${device.id}?token=${token}`);
      socket.onopen = () => {
        this.#ws = socket;
        resolve();
      };
      socket.onclose = ({ code }) => {
        reject(new Error('The server can’t be reached.'));
        if (this.#ws === socket) this.#comeBack(code);
      };
      socket.onmessage = ({ data }) => this.#inTurn(() => this.#hear(JSON.parse(data))).catch((fault) => this.#tell('problem', fault.message));
    });
  }

  async #comeBack(code) {
    this.#tell('problem', 'The connection is lost; trying again.');
    for (let isBack = false; !isBack;) {
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
      try {
        if (code === 4001) await this.#renewToken();
        await this.#connect();
        isBack = true;
      } catch (fault) {
        if (fault.isRefusal) return this.#tell('problem', 'Sign in again.');
      }
    }
    this.#tell('problem', '');

    // What happened meanwhile?
    const id = this.call?.id;
    const { status } = id ? await this.#request('GET', `/calls/${id}`) : {};
    if (finalStates.includes(status)) this.#over(id, status);
  }

  async #hear(message) {
    const { type, data } = message;
    const id = message.call_id ?? data?.call_id;
    const isMine = id !== undefined && id === this.call?.id;
    switch (type) {
      case 'incoming_call':
        if (!isMine) this.#tell('incoming', data);
        break;
      case 'call_status_update':
        // A call that I am not in and that goes on was answered on another device of mine.
        if (finalStates.includes(data.status) || (data.status === 'ongoing' && !isMine)) this.#over(id, data.status);
        break;
      case 'participant_update':
        // Now there is somebody whom an offer finds.
        if (isMine && data.action === 'joined' && data.user_id !== this.userId) this.#addMedia();
        break;
      case 'offer':
      case 'answer':
        if (isMine) await this.#takeDescription(message);
        break;
      case 'ice-candidate':
        if (isMine) await this.#takeCandidate(message);
        break;
      case 'participant_muted':
      case 'participant_video':
        if (isMine) this.#tell(type, message);
        break;
      case 'token_expiring':
        await this.#renewToken();
        break;
      case 'error':
        this.#tell('problem', data.detail);
        break;
    }
  }

  #over(id, status) {
    if (id === this.call?.id) this.#leave();
    this.#tell('over', { call_id: id, status });
  }

  // --- Signals

  setupSignaling(callId, iceServers = []) {
    const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: this.policy });
    connection.ontrack = ({ streams: [stream] }) => this.#tell('remote', stream);
    connection.onicecandidate = ({ candidate }) => candidate && this.#signal({ type: 'ice-candidate', candidate: candidate.toJSON() });
    connection.onnegotiationneeded = () => this.#describe(connection);
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'failed') connection.restartIce();
      this.#tell('call', this.call);
    };
    this.call.connection = connection;
    this.#tell('call', this.call);
  }

  /** Once; it makes the browser ask for a negotiation. */
  #addMedia() {
    const { connection, media } = this.call;
    if (connection.getSenders().length > 0) return;
    for (const track of media.getTracks()) connection.addTrack(track, media);
  }

  /** Offers, or answers where there is an offer. */
  async #describe(connection) {
    const { call } = this;
    if (call?.connection !== connection) return;
    call.isDescribing = true;
    try {
      await connection.setLocalDescription();
    } finally {
      call.isDescribing = false;
    }
    const { type, sdp } = connection.localDescription;
    this.#signal({ type, sdp });
  }

  async #takeDescription({ user_id: from, type, sdp }) {
    const { call } = this;
    const { connection } = call;
    const bothOffer = type === 'offer' && (call.isDescribing || connection.signalingState !== 'stable');
    call.passesOver = bothOffer && this.userId < from;
    if (call.passesOver) return;

    if (type === 'offer') this.#addMedia();
    await connection.setRemoteDescription({ type, sdp });
    if (type === 'offer') await this.#describe(connection);
  }

  async #takeCandidate({ candidate }) {
    const { call } = this;
    try {
      await call.connection.addIceCandidate(candidate);
    } catch (fault) {
      // The candidates of an offer that was passed over belong to nothing.
      if (!call.passesOver) throw fault;
    }
  }

  #signal(message) {
    this.#send({ ...message, user_id: this.userId });
  }

  // --- Small things

  #send(message) {
    if (this.#ws?.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(message));
  }

  async #request(method, path, body) {
    const headers = { 'Content-Type': 'application/json' };
    if (this.#session) headers.Authorization = `Bearer ${this.#session.access_token}`;
    // With `keepalive` a hang-up still arrives when the page closes.
    const response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body), keepalive: true });
    return response.json();
  }

  /** One after the other, in the order in which they came. */
  #inTurn(task) {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => {});
    return done;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function must(answer) {
  if (answer.error_code) throw Object.assign(new Error(answer.detail), { isRefusal: true });
  return answer;
}

function stop(media) {
  for (const track of media.getTracks()) track.stop();
}
