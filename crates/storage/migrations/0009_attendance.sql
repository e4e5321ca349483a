-- Who is at the desk.

-- When something was last heard of a member's desk, in milliseconds since 1970.
CREATE TABLE attendance (
    member_id UUID PRIMARY KEY REFERENCES member (id),
    heard_at BIGINT NOT NULL
);
