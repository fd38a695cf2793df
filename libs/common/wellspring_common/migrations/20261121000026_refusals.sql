-- migrate:up

alter table health.host_state add column good_at timestamptz;
comment on column health.host_state.good_at is
    'When the host last served any file: without it since then, a refusal may be of us and not of a file.';

-- migrate:down

alter table health.host_state drop column good_at;
