-- When each job of the sweeper is due. While a node runs one, due_at is the end of its lease.
create table jobs (
    name text primary key,
    due_at bigint not null
);
