create table conversations (
    id uuid primary key,
    type text not null,
    visibility text not null,
    title text,
    search_title text,
    description text,
    creator_id uuid not null,
    -- Both user ids of a direct conversation, the lesser first: there is one for each pair.
    direct_key text unique,
    message_ttl_seconds bigint,
    created_at bigint not null,
    updated_at bigint not null
);

create index conversations_public on conversations (search_title) where visibility = 'public';

create index conversations_support on conversations (created_at) where type = 'support';

-- The lock, the counter and the fence of each conversation: as narrow as can be, for it is written with every message.
create table heads (
    conversation_id uuid primary key,
    last_seq bigint not null,
    roster_version bigint not null
);

-- A member who left keeps a row: left_seq is the entry after which nothing is shown.
create table members (
    id uuid not null,
    conversation_id uuid not null,
    user_id uuid not null,
    role text not null,
    joined_at bigint not null,
    joined_seq bigint not null,
    left_seq bigint,
    is_muted boolean not null,
    archived boolean not null,
    primary key (conversation_id, user_id)
);

create index members_by_user on members (user_id, conversation_id);

create index members_present on members (conversation_id, joined_seq) where left_seq is null;

create table invites (
    code_hash bytea primary key,
    conversation_id uuid not null,
    created_by uuid not null,
    created_at bigint not null,
    expires_at bigint not null,
    uses_left bigint not null
);

create index invites_by_conversation on invites (conversation_id);

-- Conversations that are gone for everybody, but whose rows are still being erased.
create table erasures (
    conversation_id uuid primary key
);
