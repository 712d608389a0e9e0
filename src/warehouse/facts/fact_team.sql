-- The direct teams of every row of the other facts, as they were then and as they are now (metrics.md §2.1).
{{team_rows}}
