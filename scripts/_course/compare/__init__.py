"""Two generators on the same questions and the same passages: measuring them, sorting their errors, the report."""
