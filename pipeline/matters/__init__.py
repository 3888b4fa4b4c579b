"""Letters about the same grievance at the same place, as one matter; the unit of everything here is a matter."""
