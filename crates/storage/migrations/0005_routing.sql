-- Routing: what the router is restored from, and the log it can be replayed from. Times are milliseconds since 1970
-- (…_at, at); JSON is text.

CREATE TABLE routing_settings (
    id BIGINT PRIMARY KEY,
    settings TEXT NOT NULL
);

-- The id of a human worker is the member's.
CREATE TABLE routing_worker (
    id UUID PRIMARY KEY,
    worker TEXT NOT NULL
);

-- The id of a piece of work is the conversation's.
CREATE TABLE routing_item (
    id UUID PRIMARY KEY,
    item TEXT NOT NULL
);

-- Every event, numbered without gaps.
CREATE TABLE routing_log (
    number BIGINT PRIMARY KEY,
    event TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- One row. `log_number` is the number of the last event and the fencing token: whoever decides says which event they
-- knew of last, and is refused when another process has decided since.
CREATE TABLE routing_counters (
    id BIGINT PRIMARY KEY,
    log_number BIGINT NOT NULL,
    counters TEXT NOT NULL
);
