-- One row for each entry of a conversation's log, appended in the order of arrival.
-- kind: 0 message, 1 system message, 2 edit, 3 deletion, 4 reaction, 5 reaction taken back.
create table entries (
    id uuid not null,
    conversation_id uuid not null,
    seq bigint not null,
    kind bigint not null,
    message_type bigint not null,
    sender_id uuid not null,
    sender_device_id uuid,
    client_message_id uuid,
    -- What a repeat with the same client_message_id is compared with.
    request_hash bytea,
    -- The message that an edit, deletion or reaction belongs to.
    target_id uuid,
    edit_count bigint not null,
    deleted boolean not null,
    created_at bigint not null,
    updated_at bigint not null,
    expires_at bigint,
    -- The sealed content in wire form, and the wrapped keys packed.
    body bytea not null,
    keys bytea not null
);

create unique index entries_by_seq on entries (conversation_id, seq);

create unique index entries_by_id on entries (id);

create unique index entries_by_client_id on entries (conversation_id, sender_device_id, client_message_id) where client_message_id is not null;

create index entries_changes on entries (conversation_id, seq) where kind >= 2;

create index entries_by_target on entries (target_id) where target_id is not null;

create index entries_expiring on entries (expires_at) where expires_at is not null;

-- How far each device has acknowledged and read; no row means: from the joining on.
create table cursors (
    conversation_id uuid not null,
    device_id uuid not null,
    user_id uuid not null,
    delivered_seq bigint not null,
    delivered_at bigint not null,
    read_seq bigint not null,
    read_at bigint not null,
    -- Where a device began that came when the log was there already: what came before it was never delivered to it.
    start_seq bigint not null default 0,
    primary key (conversation_id, device_id)
);

create index cursors_by_device on cursors (device_id);

create index cursors_by_user on cursors (user_id, conversation_id);

-- Messages a device could not read; device_id all zero: none of the member's devices was addressed.
create table failures (
    message_id uuid not null,
    user_id uuid not null,
    device_id uuid not null,
    failed_at bigint not null,
    primary key (message_id, user_id, device_id)
);
