-- What the desk remembers of a conversation.

-- name: get
SELECT language, stopped_at, choices, choices_at, bounced_at, subject, seen_at, menu, said, paused_at
FROM correspondent WHERE conversation = :conversation

-- name: meet
INSERT INTO correspondent (conversation, first_seen, seen_at) VALUES (:conversation, :now, :now) ON CONFLICT (conversation) DO NOTHING

-- name: seen
UPDATE correspondent SET seen_at = :now WHERE conversation = :conversation

-- name: set_language
UPDATE correspondent SET language = :language WHERE conversation = :conversation

-- name: stop
UPDATE correspondent SET stopped_at = :now WHERE conversation = :conversation AND stopped_at IS NULL

-- name: set_choices
UPDATE correspondent SET choices = :choices, choices_at = :now WHERE conversation = :conversation

-- name: bounced
-- NULL as soon as the address writes again and is authentic.
UPDATE correspondent SET bounced_at = :moment WHERE conversation = :conversation

-- name: said
UPDATE correspondent SET said = :said WHERE conversation = :conversation

-- name: given_menu
UPDATE correspondent SET menu = :menu WHERE conversation = :conversation

-- name: wrote
UPDATE correspondent SET subject = :subject WHERE conversation = :conversation

-- name: pause
UPDATE correspondent SET paused_at = :now WHERE conversation = :conversation AND paused_at IS NULL

-- name: resume
UPDATE correspondent SET paused_at = NULL WHERE conversation = :conversation AND paused_at IS NOT NULL
