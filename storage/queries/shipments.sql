-- Shipments, their references and events. A shipment is a PRO number and a generation; the newest generation is what the number
-- means now. The statements named *_of_many take fifty values, :p0 to :p49; fewer are filled up by repeating one.

-- name: by_pro
SELECT id, pro, origin_city, origin_province, destination_city, destination_province, pieces, weight_lb,
    picked_up_on, estimated_on, shipper_number, shipper_name, consignee_number, consignee_name, billto_number
FROM shipment WHERE pro = :pro ORDER BY generation DESC LIMIT 1

-- name: by_id
SELECT id, pro, origin_city, origin_province, destination_city, destination_province, pieces, weight_lb,
    picked_up_on, estimated_on, shipper_number, shipper_name, consignee_number, consignee_name, billto_number
FROM shipment WHERE id = :id

-- name: references
SELECT kind, value FROM shipment_reference WHERE shipment_id = :id ORDER BY kind, folded

-- name: events
-- Its columns are read in their order, as are those of events_of_many.
SELECT occurred_at, offset_minutes, sequence, status, flag, city, province, reason, signed_by, time_known, raw
FROM shipment_event WHERE shipment_id = :id ORDER BY occurred_at, sequence

-- name: ids_by_reference
-- Newest first: by what happened last, then by what was loaded last.
SELECT r.shipment_id AS id
FROM shipment_reference r
WHERE r.kind = :kind AND r.folded = :folded
ORDER BY COALESCE((SELECT MAX(e.occurred_at) FROM shipment_event e WHERE e.shipment_id = r.shipment_id), 0) DESC, r.shipment_id DESC
LIMIT :most

-- name: ids_of_customer
-- Newest first. Each of the three columns has an index in this very order, so that only the first :most of each are read. Late is
-- what is told as late: a delay that holds, or an estimated day that is over while it is still under way.
SELECT id, newest_at FROM (
    SELECT id, newest_at FROM (
        SELECT id, newest_at FROM shipment
        WHERE shipper_number = :number AND newest_at >= :since AND newest_at < :until
            AND status IN (:s0, :s1, :s2, :s3, :s4, :s5, :s6, :s7, :s8, :s9, :s10, :s11, :s12, :s13, :s14)
            AND (:late = 0 OR is_delayed = 1 OR (estimated_on <> '' AND estimated_on < :today
                AND status IN ('BOOKED', 'PICKUP_SCHEDULED', 'PICKED_UP', 'IN_TRANSIT', 'AT_TERMINAL', 'WITH_PARTNER')))
        ORDER BY newest_at DESC, id DESC LIMIT :most
    ) AS by_shipper
    UNION
    SELECT id, newest_at FROM (
        SELECT id, newest_at FROM shipment
        WHERE consignee_number = :number AND newest_at >= :since AND newest_at < :until
            AND status IN (:s0, :s1, :s2, :s3, :s4, :s5, :s6, :s7, :s8, :s9, :s10, :s11, :s12, :s13, :s14)
            AND (:late = 0 OR is_delayed = 1 OR (estimated_on <> '' AND estimated_on < :today
                AND status IN ('BOOKED', 'PICKUP_SCHEDULED', 'PICKED_UP', 'IN_TRANSIT', 'AT_TERMINAL', 'WITH_PARTNER')))
        ORDER BY newest_at DESC, id DESC LIMIT :most
    ) AS by_consignee
    UNION
    SELECT id, newest_at FROM (
        SELECT id, newest_at FROM shipment
        WHERE billto_number = :number AND newest_at >= :since AND newest_at < :until
            AND status IN (:s0, :s1, :s2, :s3, :s4, :s5, :s6, :s7, :s8, :s9, :s10, :s11, :s12, :s13, :s14)
            AND (:late = 0 OR is_delayed = 1 OR (estimated_on <> '' AND estimated_on < :today
                AND status IN ('BOOKED', 'PICKUP_SCHEDULED', 'PICKED_UP', 'IN_TRANSIT', 'AT_TERMINAL', 'WITH_PARTNER')))
        ORDER BY newest_at DESC, id DESC LIMIT :most
    ) AS by_billto
) AS of_customer
ORDER BY newest_at DESC, id DESC LIMIT :most

-- name: settle
-- What the events come to, for lists.
UPDATE shipment SET status = :status, is_delayed = :is_delayed, newest_at = :newest_at WHERE pro = :pro AND generation = :generation

-- name: shipments_of_many
SELECT id, pro, generation, origin_city, origin_province, destination_city, destination_province, pieces, weight_lb,
    picked_up_on, estimated_on, shipper_number, shipper_name, consignee_number, consignee_name, billto_number, known_at
FROM shipment WHERE pro IN (
    :p0, :p1, :p2, :p3, :p4, :p5, :p6, :p7, :p8, :p9,
    :p10, :p11, :p12, :p13, :p14, :p15, :p16, :p17, :p18, :p19,
    :p20, :p21, :p22, :p23, :p24, :p25, :p26, :p27, :p28, :p29,
    :p30, :p31, :p32, :p33, :p34, :p35, :p36, :p37, :p38, :p39,
    :p40, :p41, :p42, :p43, :p44, :p45, :p46, :p47, :p48, :p49
) ORDER BY pro, generation

-- name: references_of_many
SELECT r.shipment_id, r.kind, r.value, r.folded, r.from_row
FROM shipment s JOIN shipment_reference r ON r.shipment_id = s.id
WHERE s.pro IN (
    :p0, :p1, :p2, :p3, :p4, :p5, :p6, :p7, :p8, :p9,
    :p10, :p11, :p12, :p13, :p14, :p15, :p16, :p17, :p18, :p19,
    :p20, :p21, :p22, :p23, :p24, :p25, :p26, :p27, :p28, :p29,
    :p30, :p31, :p32, :p33, :p34, :p35, :p36, :p37, :p38, :p39,
    :p40, :p41, :p42, :p43, :p44, :p45, :p46, :p47, :p48, :p49
) ORDER BY r.shipment_id, r.kind, r.folded

-- name: events_of_many
SELECT e.occurred_at, e.offset_minutes, e.sequence, e.status, e.flag, e.city, e.province, e.reason, e.signed_by, e.time_known, e.raw,
    e.shipment_id
FROM shipment s JOIN shipment_event e ON e.shipment_id = s.id
WHERE s.pro IN (
    :p0, :p1, :p2, :p3, :p4, :p5, :p6, :p7, :p8, :p9,
    :p10, :p11, :p12, :p13, :p14, :p15, :p16, :p17, :p18, :p19,
    :p20, :p21, :p22, :p23, :p24, :p25, :p26, :p27, :p28, :p29,
    :p30, :p31, :p32, :p33, :p34, :p35, :p36, :p37, :p38, :p39,
    :p40, :p41, :p42, :p43, :p44, :p45, :p46, :p47, :p48, :p49
) ORDER BY e.shipment_id, e.occurred_at, e.sequence

-- name: insert_shipment
INSERT INTO shipment (
    pro, generation, origin_city, origin_province, destination_city, destination_province, pieces, weight_lb, picked_up_on,
    estimated_on, shipper_number, shipper_name, consignee_number, consignee_name, billto_number, known_at
) VALUES (
    :pro, :generation, :origin_city, :origin_province, :destination_city, :destination_province, :pieces, :weight_lb, :picked_up_on,
    :estimated_on, :shipper_number, :shipper_name, :consignee_number, :consignee_name, :billto_number, :known_at
)

-- name: update_shipment
UPDATE shipment SET
    origin_city = :origin_city, origin_province = :origin_province,
    destination_city = :destination_city, destination_province = :destination_province,
    pieces = :pieces, weight_lb = :weight_lb, picked_up_on = :picked_up_on, estimated_on = :estimated_on,
    shipper_number = :shipper_number, shipper_name = :shipper_name,
    consignee_number = :consignee_number, consignee_name = :consignee_name,
    billto_number = :billto_number, known_at = :known_at
WHERE pro = :pro AND generation = :generation

-- name: drop_reference
DELETE FROM shipment_reference
WHERE kind = :kind AND folded = :folded
    AND shipment_id = (SELECT id FROM shipment WHERE pro = :pro AND generation = :generation)

-- name: add_reference
INSERT INTO shipment_reference (shipment_id, kind, value, folded, from_row)
VALUES ((SELECT id FROM shipment WHERE pro = :pro AND generation = :generation), :kind, :value, :folded, :from_row)
ON CONFLICT (kind, folded, shipment_id) DO UPDATE SET value = excluded.value, from_row = excluded.from_row

-- name: add_event
INSERT INTO shipment_event (
    shipment_id, occurred_at, sequence, offset_minutes, time_known, status, flag, city, province, reason, signed_by, raw
) VALUES (
    (SELECT id FROM shipment WHERE pro = :pro AND generation = :generation),
    :occurred_at, :sequence, :offset_minutes, :time_known, :status, :flag, :city, :province, :reason, :signed_by, :raw
)

-- name: mend_event
UPDATE shipment_event SET offset_minutes = :offset_minutes, city = :city, signed_by = :signed_by
WHERE shipment_id = (SELECT id FROM shipment WHERE pro = :pro AND generation = :generation)
    AND occurred_at = :occurred_at AND sequence = :sequence

-- name: analyze_shipments
ANALYZE shipment

-- name: analyze_references
ANALYZE shipment_reference

-- name: analyze_events
ANALYZE shipment_event
