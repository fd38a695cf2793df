-- migrate:up

alter table catalog.catalogues add column addresses_at timestamptz;
comment on column catalog.catalogues.addresses_at is
    'When a person changed its addresses: a crawl that was asked for before that moves them no more.';

-- migrate:down

alter table catalog.catalogues drop column addresses_at;
