create table users (
    id uuid primary key,
    username text not null unique,
    display_name text not null,
    search_name text not null,
    avatar text,
    status text not null,
    role text not null,
    password_hash text,
    issuer text,
    subject text,
    discoverable boolean not null,
    read_receipts boolean not null,
    show_last_seen boolean not null,
    last_seen bigint,
    created_at bigint not null
);

create index users_by_search_name on users (search_name);

create unique index users_by_subject on users (issuer, subject);

-- The login of a device. refresh_hash is SHA-256 of the living refresh token, previous_hash of the one before: seen again, it ends the session.
create table sessions (
    id uuid primary key,
    user_id uuid not null,
    device_id uuid not null,
    refresh_hash bytea not null,
    previous_hash bytea,
    created_at bigint not null,
    expires_at bigint not null,
    ended_at bigint
);

create unique index sessions_by_refresh on sessions (refresh_hash);

create index sessions_by_previous on sessions (previous_hash);

create index sessions_by_device on sessions (device_id);

create index sessions_by_user on sessions (user_id);

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
