"""What each change did to quality and speed: the steps, the runs that measure them, and the report."""
