// One way to fill `ciphertext` and `recipient_keys`: every message has a key of its own (AES-256-GCM), wrapped for each
// recipient's device with X25519. The server sees neither the text nor the key. Real clients use a ratchet; see docs/spec/e2ee.md.
import { createCipheriv, createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';

const base64 = (...parts) => Buffer.concat(parts).toString('base64');

function encrypt(key, nonce, bytes) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key, nonce, sealed) {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

const shared = (privateKey, publicKey) => Buffer.from(hkdfSync('sha256', diffieHellman({ privateKey, publicKey }), '', 'plain-chat', 32));
const publicKeyFrom = (bytes) => createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: bytes.toString('base64url') }, format: 'jwk' });
const bytesOf = (publicKey) => Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url');

export const newKeyPair = () => generateKeyPairSync('x25519');

/** Seals a text; `devices` are `{userId, deviceId, publicKey}`. The ciphertext begins with its nonce. */
export function seal(text, devices) {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  return {
    ciphertext: base64(nonce, encrypt(key, nonce, Buffer.from(text))),
    recipient_keys: devices.map(({ userId, deviceId, publicKey }) => {
      const once = newKeyPair();
      const keyNonce = randomBytes(12);
      return {
        recipient_user_id: userId,
        recipient_device_id: deviceId,
        encrypted_key: base64(bytesOf(once.publicKey), encrypt(shared(once.privateKey, publicKey), keyNonce, key)),
        key_algo: 'x25519-aead',
        nonce: base64(keyNonce),
      };
    }),
  };
}

/** Opens a message with the key that was wrapped for this device. */
export function open(message, deviceId, privateKey) {
  const wrapped = message.encrypted_keys.find((key) => key.recipient_device_id === deviceId);
  if (!wrapped) throw new Error(`message ${message.id} carries no key for device ${deviceId}`);
  const bytes = Buffer.from(wrapped.encrypted_key, 'base64');
  const key = decrypt(shared(privateKey, publicKeyFrom(bytes.subarray(0, 32))), Buffer.from(wrapped.nonce, 'base64'), bytes.subarray(32));
  const sealed = Buffer.from(message.ciphertext, 'base64');
  return decrypt(key, sealed.subarray(0, 12), sealed.subarray(12)).toString();
}
