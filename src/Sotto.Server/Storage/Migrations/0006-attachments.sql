-- A file that a client has sealed and uploads, or has uploaded. Its bytes are in the blob store, under its id.
create table attachments (
    id uuid not null,
    owner_id uuid not null,
    file_size bigint not null,
    content_type text,
    sha256 text,
    -- How many bytes are safe, from the first on; and what the blob store must know to go on from there.
    received bigint not null,
    store_state text,
    is_whole boolean not null,
    created_at bigint not null,
    -- When it is gone, by the database's clock; none while a message names it.
    expires_at bigint,
    primary key (id)
);

create index attachments_by_owner on attachments (owner_id, expires_at, file_size);

create index attachments_expiring on attachments (expires_at) where expires_at is not null;

-- Which messages name which attachment.
create table attachment_claims (
    attachment_id uuid not null,
    message_id uuid not null,
    primary key (attachment_id, message_id)
);

create index attachment_claims_by_message on attachment_claims (message_id);
