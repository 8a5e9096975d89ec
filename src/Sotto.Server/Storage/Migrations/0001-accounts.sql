create table users (
    id uuid primary key,
    username text not null unique,
    display_name text not null,
    -- Both names in lower case as UTF-8: bytes sort alike in both databases and under every locale, so a prefix is a range.
    username_key bytea not null,
    search_name bytea not null,
    avatar text,
    status text not null,
    role text not null,
    password_hash text,
    issuer text,
    subject text,
    discoverable boolean not null,
    -- Since when they give and see read receipts; null: they don't. What was read while they didn't stays untold.
    receipts_since bigint,
    show_last_seen boolean not null,
    last_seen bigint,
    created_at bigint not null,
    -- Set when the erasure began; such a user no longer exists for anybody, and the server finishes the work even after a crash.
    erasing_at bigint
);

create index users_by_username_key on users (username_key);

create index users_by_search_name on users (search_name);

create index users_erasing on users (erasing_at) where erasing_at is not null;

create unique index users_by_subject on users (issuer, subject);

-- The login of a device. refresh_hash is SHA-256 of the one refresh token that lives. refresh_key proves that another one was made for this session
-- and so was used before: that ends the session.
create table sessions (
    id uuid primary key,
    user_id uuid not null,
    device_id uuid not null,
    refresh_hash bytea not null,
    refresh_key bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    ended_at bigint
);

create index sessions_by_device on sessions (device_id);

create index sessions_by_user on sessions (user_id);

create index sessions_by_end on sessions (ended_at) where ended_at is not null;

create index sessions_by_expiry on sessions (expires_at);

-- One-use tickets for the socket's URL; token_expires_at is the end of the access token each was made with.
create table tickets (
    hash bytea primary key,
    user_id uuid not null,
    device_id uuid not null,
    session_id uuid not null,
    expires_at bigint not null,
    token_expires_at bigint not null
);

create index tickets_by_expiry on tickets (expires_at);

-- The keys that sign access tokens, PKCS#8, where many nodes share one PostgreSQL. With SQLite they are files in the data directory.
create table signing_keys (
    id text primary key,
    created_at bigint not null,
    private_key bytea not null
);

create table blocks (
    user_id uuid not null,
    blocked_id uuid not null,
    created_at bigint not null,
    primary key (user_id, blocked_id)
);

create index blocks_by_blocked on blocks (blocked_id);

-- Facts of the server itself, such as the hash of the one-time set-up code.
create table server_facts (
    name text primary key,
    value text not null
);

-- Answers to creating requests that carried an Idempotency-Key, kept 24 h. A row without an answer is one whose process died.
create table idempotency (
    user_id uuid not null,
    key text not null,
    body_hash bytea not null,
    status bigint,
    answer bytea,
    created_at bigint not null,
    primary key (user_id, key)
);

create index idempotency_by_time on idempotency (created_at);
