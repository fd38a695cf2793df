-- migrate:up

-- The page of definitions counts these among all the jobs of a week.
create index jobs_drifted on links.jobs (requested_at)
    where error_code = 'drift' or problems @> '[{"code": "drift"}]';

-- migrate:down

drop index links.jobs_drifted;
