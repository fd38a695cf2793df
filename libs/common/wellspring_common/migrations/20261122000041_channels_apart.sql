-- migrate:up

alter table uploads.targets add column identity text;
comment on column uploads.targets.identity is
    'The channel by its platform''s own word, known since the first sign-in: no two targets are the same channel.';
create unique index targets_identity on uploads.targets (identity);

alter table uploads.ledger add column identity text;
comment on column uploads.ledger.identity is
    'The channel that the film is on: its day stays as full as it is when its target is removed and added again.';
create index ledger_of_channel on uploads.ledger (identity, created_on_target_at desc);

-- migrate:down

drop index uploads.ledger_of_channel;
alter table uploads.ledger drop column identity;
drop index uploads.targets_identity;
alter table uploads.targets drop column identity;
