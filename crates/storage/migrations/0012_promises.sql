-- By when the customer is to be served, as their queue promises, in milliseconds since 1970; kept until a person has
-- answered.
ALTER TABLE conversation ADD COLUMN serve_by BIGINT;
