-- index: subject, entity_id
-- What the scope filters of teams match.
{{team_scopes}}
