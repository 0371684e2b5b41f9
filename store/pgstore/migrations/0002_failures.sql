-- What failed is few among the many: it is found by itself.

CREATE INDEX dari_events_failed ON dari_events (shard, state, id) WHERE state IN ('failed', 'rejected', 'duplicate');
CREATE INDEX dari_deliveries_unsent ON dari_deliveries (shard, status, id) WHERE status IN ('failed', 'uncertain', 'cancelled');

-- What goes wrong, and who is told of it.

CREATE TABLE dari_alarms (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_alarm_targets (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
