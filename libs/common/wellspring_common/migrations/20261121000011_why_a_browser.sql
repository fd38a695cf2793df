-- migrate:up

alter table links.jobs add column browser jsonb not null default '[]';
comment on column links.jobs.browser is 'The sources that a browser was opened for, each with the reason.';

-- migrate:down

alter table links.jobs drop column browser;
