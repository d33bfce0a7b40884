-- How much was written lately, by bucket.

-- name: get
SELECT letters, letters_since, unrecognised, unrecognised_since FROM throttle WHERE bucket = :bucket

-- name: put
INSERT INTO throttle (bucket, letters, letters_since, unrecognised, unrecognised_since)
VALUES (:bucket, :letters, :letters_since, :unrecognised, :unrecognised_since)
ON CONFLICT (bucket) DO UPDATE SET letters = excluded.letters, letters_since = excluded.letters_since,
    unrecognised = excluded.unrecognised, unrecognised_since = excluded.unrecognised_since
