-- Every set of procedures that was published, never changed; the highest number is in force. Times are milliseconds since
-- 1970 (at); JSON is text.

-- `version` is the hash of the files; `changes` names those that are not as the number before had them; `tests` is what
-- became of the procedures' tests, and `report` the same in full; `restores` the number whose files it brings back.
CREATE TABLE procedure_version (
    number BIGINT PRIMARY KEY,
    version TEXT NOT NULL,
    files TEXT NOT NULL,
    changes TEXT NOT NULL,
    note TEXT NOT NULL,
    tests TEXT NOT NULL,
    report TEXT NOT NULL,
    overridden TEXT,
    restores BIGINT,
    published_by TEXT NOT NULL,
    at BIGINT NOT NULL
);
