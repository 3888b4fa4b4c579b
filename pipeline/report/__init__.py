"""Report: sheets, files and pages made from suggestions and figures."""
