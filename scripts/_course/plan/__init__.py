"""A team's plan: the tasks of a CSV file (`tasks`) as an Excel workbook (`workbook` and its sheets) and a `picture`."""
