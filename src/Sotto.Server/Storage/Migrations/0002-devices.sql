create table devices (
    id uuid primary key,
    user_id uuid not null,
    name text,
    platform text,
    signing_key text,
    identity_key text,
    signed_prekey_id bigint,
    signed_prekey text,
    signed_prekey_signature text,
    signed_prekey_expires_at bigint,
    has_keys boolean not null,
    -- Set by the first acknowledgement: from then on only acknowledgements move the device's cursors.
    acknowledges boolean not null,
    created_at bigint not null,
    last_seen bigint,
    revoked_at bigint
);

create index devices_by_user on devices (user_id);

create index devices_by_end on devices (revoked_at) where revoked_at is not null;

create table one_time_prekeys (
    device_id uuid not null,
    key_id bigint not null,
    key text not null,
    primary key (device_id, key_id)
);

-- A key id handed out once is never taken again, whatever the device uploads.
create table spent_prekeys (
    device_id uuid not null,
    key_id bigint not null,
    spent_at bigint not null,
    primary key (device_id, key_id)
);

create table manifests (
    user_id uuid not null,
    version bigint not null,
    payload text not null,
    signature text not null,
    certificate text not null,
    created_at bigint not null,
    primary key (user_id, version)
);

create table backups (
    user_id uuid not null,
    name text not null,
    version bigint not null,
    -- The version and the beginning of the content's hash: a blob removed and made anew never has the ETag of the old one.
    etag text not null,
    content bytea not null,
    updated_at bigint not null,
    primary key (user_id, name)
);
