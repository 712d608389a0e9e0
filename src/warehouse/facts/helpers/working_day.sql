-- index: calendar_id, day
-- One local day of one calendar.
select d.calendar_id, d.day, d.is_working, d.opens_at, d.closes_at, d.seconds_before
from calendar_day as d
where d.deleted_at is null
