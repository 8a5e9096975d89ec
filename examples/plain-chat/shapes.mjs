// The reference's data types, as far as two chatting clients meet them. `must` says in a sentence what isn't as it should be.
const uuid = (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
const text = (value) => typeof value === 'string';
const flag = (value) => typeof value === 'boolean';
const number = (value) => Number.isInteger(value) && value >= 0;
const time = (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
const oneOf = (...values) => (value) => values.includes(value);
const list = (shape) => (value, path) => Array.isArray(value) && value.every((item, i) => must(item, shape, `${path}[${i}]`));
const optional = (shape) => (value, path) => value === undefined || value === null || fits(value, shape, path);

const fits = (value, shape, path) => (typeof shape === 'function' ? shape(value, path) : must(value, shape, path));

/** Throws unless the value has every field of the shape. Fields beyond it are welcome. */
export function must(value, shape, path) {
  if (value === null || typeof value !== 'object') throw new Error(`${path} must be an object, but is ${JSON.stringify(value)}`);
  for (const [name, field] of Object.entries(shape)) {
    if (!fits(value[name], field, `${path}.${name}`)) throw new Error(`${path}.${name} must not be ${JSON.stringify(value[name])}`);
  }
  return true;
}

const status = oneOf('sent', 'delivered', 'read', 'failed');

export const Message = {
  id: uuid, conversation_id: uuid, sender_id: uuid,
  ciphertext: text, ciphertext_nonce: text, encryption_algo: text,
  message_type: oneOf('text', 'image', 'audio', 'video', 'document', 'location', 'contact', 'system'),
  preview_text_hash: optional(text), is_edited: flag, is_deleted: flag, created_at: time, updated_at: time,
  encrypted_keys: list({ recipient_user_id: uuid, recipient_device_id: uuid, encrypted_key: text, key_algo: text, nonce: text }),
  attachments: list({ id: uuid, file_name: text, file_size: number, content_type: text, storage_id: text }),
  statuses: list({ user_id: uuid, device_id: optional(uuid), status, status_at: time }),
};

export const Conversation = {
  id: uuid, title: optional(text), type: oneOf('direct', 'group', 'channel', 'support'),
  visibility: oneOf('private', 'public', 'invite_only'), creator_id: uuid, member_count: number,
  last_message_id: optional(uuid), last_activity: optional(time), archived: flag, created_at: time, updated_at: time,
};

export const Events = {
  message_received: { message: Message, conversation_id: uuid },
  message_status_update: { message_id: uuid, status, user_id: uuid },
  typing: { conversation_id: uuid, user_id: uuid, is_typing: flag },
  user_status: { user_id: uuid, status: oneOf('online', 'offline', 'away', 'busy'), last_seen: optional(time) },
};

export const Page = { data: list({}), count: number };
export const ApiError = { detail: text, error_code: text, extra_info: {} };
