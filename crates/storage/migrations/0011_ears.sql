-- Whether the router has to hear of every message in the conversation: where silence or a message moves the work. For all
-- other work it knows, a message changes nothing.
ALTER TABLE routing_item ADD COLUMN listens BOOLEAN NOT NULL DEFAULT TRUE;
