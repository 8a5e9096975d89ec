-- Calls, live ones and those of the last months. What is decided about one is decided in Call.cs; state is that record as JSON.
create table calls (
    id uuid not null,
    conversation_id uuid not null,
    -- Rises by one with each change, so that no two owners of a call undo each other's.
    version bigint not null,
    state text not null,
    -- Of a live call: who its people are, hashed, so that they have one at most.
    people_key text,
    -- When time alone changes something; none when it is over.
    due_at bigint,
    initiated_at bigint not null,
    primary key (id)
);

create unique index calls_by_people on calls (people_key) where people_key is not null;

create index calls_due on calls (due_at) where due_at is not null;

create index calls_by_conversation on calls (conversation_id) where due_at is not null;

create index calls_by_age on calls (initiated_at);

-- Who is part of a live call; with the device that is in it. Rows go with the call's end.
create table call_places (
    user_id uuid not null,
    call_id uuid not null,
    device_id uuid,
    primary key (user_id, call_id)
);

-- Nobody is in two calls at once.
create unique index call_places_taken on call_places (user_id) where device_id is not null;

create index call_places_by_call on call_places (call_id);

-- One row for each person called, written when their part is over, and taken back should they join again.
create table call_history (
    id uuid not null,
    call_id uuid not null,
    conversation_id uuid not null,
    caller_id uuid not null,
    callee_id uuid not null,
    call_type text not null,
    status text not null,
    end_reason text not null,
    started_at bigint not null,
    ended_at bigint not null,
    duration bigint not null,
    primary key (id)
);

create unique index call_history_by_call on call_history (call_id, callee_id);

create index call_history_by_callee on call_history (callee_id, started_at);

create index call_history_by_caller on call_history (caller_id, started_at);

create index call_history_by_age on call_history (ended_at);

-- The last report of each participant.
create table call_reports (
    call_id uuid not null,
    user_id uuid not null,
    quality text,
    connection_type text,
    bandwidth_avg text,
    packet_loss double precision,
    latency_avg double precision,
    samples text,
    reported_at bigint not null,
    primary key (call_id, user_id)
);

create index call_reports_by_user on call_reports (user_id);

create index call_reports_by_age on call_reports (reported_at);
