"""The stages that formats share: wheel, wheelhouse, bundle, bill of materials."""
