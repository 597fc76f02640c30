-- Once, before the first run.
CREATE TABLE rapidpro_runs (
  uuid uuid PRIMARY KEY,
  flow text NOT NULL,
  contact uuid NOT NULL,
  responded boolean NOT NULL,
  answers jsonb NOT NULL,
  created_on timestamptz NOT NULL,
  modified_on timestamptz NOT NULL,
  exited_on timestamptz,
  exit_type text
);
