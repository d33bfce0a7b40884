-- Accounts, their customer numbers and notices. What may change when is a condition of the statement: of two that come at once the
-- first wins. Nothing but `create` writes a row whose account is closed.

-- name: create
INSERT INTO account (code, company, company_folded, created_at, last_activity_at)
VALUES (:code, :company, :company_folded, :now, :now)
ON CONFLICT (code) DO NOTHING
RETURNING id

-- name: by_id
SELECT * FROM account WHERE id = :id

-- name: by_code
SELECT * FROM account WHERE code = :code

-- name: by_company
SELECT * FROM account WHERE company_folded = :company_folded ORDER BY id

-- name: all
SELECT * FROM account ORDER BY id

-- name: customers
SELECT number FROM account_customer WHERE account_id = :id ORDER BY number

-- name: all_customers
SELECT account_id, number FROM account_customer ORDER BY account_id, number

-- name: set_password
UPDATE account SET previous_hash = password_hash, password_hash = :password_hash, password_set_at = :now, temporary_hash = '',
    temporary_expires_at = NULL, temporary_used_at = NULL, temporary_member = NULL, new_code_until = NULL
WHERE id = :id AND closed_at IS NULL

-- name: rehash
UPDATE account SET password_hash = :new_hash WHERE id = :id AND password_hash = :old_hash AND closed_at IS NULL

-- name: forget_previous
UPDATE account SET previous_hash = '' WHERE id = :id AND previous_hash <> ''

-- name: set_temporary
UPDATE account SET temporary_hash = :password_hash, temporary_expires_at = :expires_at, temporary_used_at = NULL,
    temporary_member = :member_id, new_code_until = COALESCE(:new_code_until, new_code_until)
WHERE id = :id AND closed_at IS NULL

-- name: use_temporary
UPDATE account SET temporary_used_at = :now
WHERE id = :id AND temporary_hash <> '' AND temporary_used_at IS NULL AND closed_at IS NULL

-- name: drop_temporary
UPDATE account SET temporary_hash = '', temporary_expires_at = NULL, temporary_member = NULL, new_code_until = NULL
WHERE id = :id AND temporary_hash <> '' AND temporary_used_at IS NULL

-- name: suspend
UPDATE account SET suspended_at = :now, reason = :reason WHERE id = :id AND suspended_at IS NULL AND closed_at IS NULL

-- name: resume
UPDATE account SET suspended_at = NULL, reason = '' WHERE id = :id AND suspended_at IS NOT NULL AND closed_at IS NULL

-- name: close
UPDATE account SET closed_at = :now, reason = :reason, password_hash = '', previous_hash = '', temporary_hash = '',
    temporary_expires_at = NULL, temporary_used_at = NULL, temporary_member = NULL, new_code_until = NULL
WHERE id = :id AND closed_at IS NULL

-- name: active
UPDATE account SET last_activity_at = CASE WHEN last_activity_at < :now THEN :now ELSE last_activity_at END
WHERE id = :id AND closed_at IS NULL

-- name: drop_customers
DELETE FROM account_customer WHERE account_id = :id

-- name: add_customer
INSERT INTO account_customer (account_id, number) VALUES (:id, :number) ON CONFLICT (account_id, number) DO NOTHING

-- name: known_customer
SELECT 1 AS known WHERE EXISTS (SELECT 1 FROM account_customer WHERE number = :number)
OR EXISTS (SELECT 1 FROM shipment WHERE shipper_number = :number AND shipper_number <> '')
OR EXISTS (SELECT 1 FROM shipment WHERE consignee_number = :number AND consignee_number <> '')
OR EXISTS (SELECT 1 FROM shipment WHERE billto_number = :number AND billto_number <> '')

-- name: customers_of_company
SELECT DISTINCT account_customer.number AS number, account.company AS name
FROM account JOIN account_customer ON account_customer.account_id = account.id
WHERE account.company_folded = :company_folded ORDER BY number LIMIT :most

-- name: customers_of_domain
SELECT DISTINCT account_customer.number AS number, account.company AS name
FROM member JOIN account ON account.id = member.account_id
JOIN account_customer ON account_customer.account_id = account.id
WHERE member.domain = :domain AND member.state <> 'removed' ORDER BY number LIMIT :most

-- name: customers_of_name
SELECT shipper_number AS number, shipper_name AS name FROM shipment
WHERE shipper_name = :name AND shipper_name <> '' AND shipper_number <> ''
UNION
SELECT consignee_number AS number, consignee_name AS name FROM shipment
WHERE consignee_name = :name AND consignee_name <> '' AND consignee_number <> ''
ORDER BY number LIMIT :most

-- name: sent_notices
SELECT kind, deadline, days FROM account_notice WHERE account_id = :id

-- name: add_notice
INSERT INTO account_notice (account_id, kind, deadline, days, sent_at) VALUES (:id, :kind, :deadline, :days, :now)
ON CONFLICT (account_id, kind, deadline, days) DO NOTHING
