"""Text: cleaned, masked, searched for phrases, segmented."""
