-- Answers in a chat that went after their visitor, several of a short while in one mail: the chat's delivery of
-- the answer, and the mail it went in. Each goes in one mail only.
CREATE TABLE followed_answer (
    answer_id UUID PRIMARY KEY REFERENCES delivery (id),
    mail_id UUID NOT NULL REFERENCES delivery (id)
);
CREATE INDEX followed_answer_mail ON followed_answer (mail_id);
