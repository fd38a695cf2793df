-- migrate:up

-- Looks at links that were asked for and that no health service has taken up yet: a page lists them.
create index outbox_probes on catalog.outbox (created_at) where subject = 'probe.requested';

-- migrate:down

drop index catalog.outbox_probes;
