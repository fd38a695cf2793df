-- migrate:up

-- A person who waits for an episode that is queued in the background promotes its job.
grant update (lane, updated_at) on links.jobs to ws_gateway;

alter table links.jobs add column cancelled_by text;
comment on column links.jobs.cancelled_by is 'Who wanted it to end. Its state says whether that was in time.';

-- migrate:down

alter table links.jobs drop column cancelled_by;
revoke update (lane, updated_at) on links.jobs from ws_gateway;
