-- Every table that messages pass through begins its keys with shard, a number below 128 that follows from the
-- conversation's id, so that a distributed database can spread them by it. Numbers named id hold their time:
-- milliseconds above 20 bits. What people may have typed is kept as bytes, for text cannot hold all of it.

CREATE TABLE dari_events (
	shard smallint NOT NULL,
	id bigint NOT NULL,
	state text COLLATE "C" NOT NULL,
	bot_id text COLLATE "C" NOT NULL,
	channel_id text COLLATE "C" NOT NULL,
	conversation_id text COLLATE "C" NOT NULL,
	body bytea NOT NULL,
	turn bytea,
	PRIMARY KEY (shard, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX dari_events_waiting ON dari_events (shard, conversation_id, id) WHERE state = 'accepted';

-- The keys of accepted events, hashed: what finds redeliveries.
CREATE TABLE dari_keys (
	shard smallint NOT NULL,
	hash bytea NOT NULL,
	event_id bigint NOT NULL,
	PRIMARY KEY (shard, hash)
);

CREATE TABLE dari_conversations (
	shard smallint NOT NULL,
	id text COLLATE "C" NOT NULL,
	bot_id text COLLATE "C" NOT NULL,
	channel_id text COLLATE "C" NOT NULL,
	body bytea NOT NULL,
	PRIMARY KEY (shard, id)
);

CREATE TABLE dari_deliveries (
	shard smallint NOT NULL,
	id bigint NOT NULL,
	status text COLLATE "C" NOT NULL,
	bot_id text COLLATE "C" NOT NULL,
	channel_id text COLLATE "C" NOT NULL,
	conversation_id text COLLATE "C" NOT NULL,
	event_id text COLLATE "C" NOT NULL,
	body bytea NOT NULL,
	result bytea,
	PRIMARY KEY (shard, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX dari_deliveries_pending ON dari_deliveries (shard, conversation_id, id) WHERE status = 'pending';
CREATE INDEX dari_deliveries_event ON dari_deliveries (shard, event_id) WHERE event_id <> '';

-- The idempotency keys of the send API.
CREATE TABLE dari_sends (
	key text COLLATE "C" PRIMARY KEY,
	shards smallint[] NOT NULL,
	ids bigint[] NOT NULL
);

-- The totals behind the ledger, one row for each writer, so that none waits for another.
CREATE TABLE dari_ledger (
	shard smallint NOT NULL,
	slot int NOT NULL,
	accepted bigint NOT NULL,
	handled bigint NOT NULL,
	failed bigint NOT NULL,
	PRIMARY KEY (shard, slot)
) WITH (fillfactor = 50);

-- The processes that share the database, and which of them works on which shard.
CREATE TABLE dari_nodes (
	slot int PRIMARY KEY,
	node bigint NOT NULL,
	until timestamptz NOT NULL,
	topics text[] NOT NULL,
	leaving bool NOT NULL,
	ready_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE dari_shards (
	shard smallint PRIMARY KEY,
	node bigint NOT NULL,
	epoch bigint NOT NULL
) WITH (fillfactor = 50);

INSERT INTO dari_shards SELECT n, 0, 0 FROM generate_series(0, 127) AS n;

CREATE TABLE dari_locks (
	name text COLLATE "C" PRIMARY KEY,
	node bigint NOT NULL
);

-- When a shared rate allows the next call, in microseconds of the server's clock.
CREATE TABLE dari_rates (
	name text COLLATE "C" PRIMARY KEY,
	next bigint NOT NULL
);

-- What processes tell each other where there is no LISTEN.
CREATE TABLE dari_changes (
	id bigint PRIMARY KEY,
	node bigint NOT NULL,
	body text NOT NULL
);

CREATE TABLE dari_audit (id bigint PRIMARY KEY, body bytea NOT NULL);

CREATE TABLE dari_bots (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_channels (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_api_keys (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_users (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_sessions (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_links (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_people (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_broadcasts (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_handoffs (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_revisions (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_stats (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_postbacks (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE dari_tokens (id text COLLATE "C" PRIMARY KEY, body bytea NOT NULL);
